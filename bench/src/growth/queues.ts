/**
 * `growth/queues`: what a job costs on a ring with one to a thousand queues, each with a share of the same number of jobs: 1000
 * outstanding in all, done when they were run. It must not grow.
 */
import { Ring, submit } from "signalbox";
import type { Contestant, Proof } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import { bareFences } from "../lifecycle/bare-fences.ts";
import { CONCURRENCY, OUTSTANDING } from "../lifecycle/load.ts";
import { produceByFences } from "../lifecycle/producers.ts";
import { ImmediateDriver } from "../lifecycle/steady-signalbox.ts";
import { measureSizes } from "./sizes.ts";
import type { Load } from "./sizes.ts";

const SIZES = [1, 4, 10, 100, 1_000];
const JOBS = { thorough: 100_000, quick: 10_000 };

export const growthOfQueues: Proof = {
  kind: "proof",
  name: "growth/queues",
  title: "what a job costs on a ring with 1 to 1 000 queues, 1000 outstanding in all",
  run({ quick }) {
    const jobs = quick ? JOBS.quick : JOBS.thorough;
    return measureSizes(loadsOfQueues(jobs), {
      sizes: SIZES,
      unit: "queues",
      rounds: 5,
      roundMs: quick ? 15 : 100,
    });
  },
};

/** What is measured of so many jobs, whatever number of queues they are on. */
export function loadsOfQueues(jobs: number): readonly Load[] {
  return [
    { name: "no-op jobs", key: "queues", at: (size) => ({ contestant: overQueues(size), jobs }) },
    { name: "bare fence objects", key: "bare", at: (size) => ({ contestant: overBare(size), jobs }) },
  ];
}

// Who has more queues touches more memory for as many jobs, whatever is done with them.
function overBare(count: number): Contestant {
  const load = { lanes: count, credits: CONCURRENCY, outstanding: OUTSTANDING, ticks: false };
  return { ...bareFences(load, freshBody({ lanes: 1, distance: 0 })), order: "free" };
}

function overQueues(count: number): Contestant {
  // The ledger keeps the order of a power of two of lanes; of other numbers of queues it is only the count that is looked at.
  const body = freshBody({ lanes: 1, distance: 0 });
  const ring = new Ring(new ImmediateDriver(body));
  const queues = Array.from({ length: count }, (_, k) => ring.queue(`queue ${k}`, { credits: CONCURRENCY }));
  const produce = freshCopy(produceByFences);
  return {
    name: "signalbox",
    role: "signalbox",
    body,
    order: count === 1 ? "kept" : "free",
    run: (jobs) =>
      produce(
        (index) => {
          const [fence] = submit(queues[index % count]!.job({ index }));
          return fence;
        },
        jobs,
        OUTSTANDING,
      ),
  };
}
