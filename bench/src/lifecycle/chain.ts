/**
 * `lifecycle/chain`: a chain over two queues: each job waits for the one before it, which is on the other queue, so nothing is
 * ever in flight beside anything else. 1000 jobs are outstanding; the work of a job is done when its function returns.
 */
import pLimit from "p-limit";
import PQueue from "p-queue";
import { Ring, submit } from "signalbox";
import type { Fence, QueueOptions } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { bareFences, causesAt } from "./bare-fences.ts";
import { Gate } from "./gate.ts";
import { CONCURRENCY, OUTSTANDING } from "./load.ts";
import { produceByFences, produceByPromises } from "./producers.ts";
import { ImmediateDriver } from "./steady-signalbox.ts";

const QUEUES = 2;

export const chain: Contest = {
  kind: "contest",
  name: "lifecycle/chain",
  title: "a chain over two queues: each job behind the one before it, on the other queue",
  prepare: () => ({
    contestants: [
      chained("signalbox", {}),
      chained("signalbox, bypass", { bypass: true }),
      byHand(),
      thenEach(),
      limited(),
      queued(),
      bareFences(
        { lanes: QUEUES, credits: CONCURRENCY, outstanding: OUTSTANDING, ticks: false },
        chainBody(),
        causesAt([1]),
      ),
      oneCallEach(),
    ],
  }),
};

/** How jobs go into the queues, each behind the one before it: the one that Signalbox has. */
export function chained(name: string, options: QueueOptions): Contestant {
  const body = chainBody();
  const ring = new Ring(new ImmediateDriver(body));
  const queues = eachQueue((k) => ring.queue(`chain ${k}`, { credits: CONCURRENCY, ...options }));
  const produce = freshCopy(produceByFences);
  const submitJob = (index: number, window: readonly Fence[]): Fence => {
    const queue = queues[index % QUEUES]!;
    const job = index === 0 ? queue.job({ index }) : queue.job({ index, after: window[(index - 1) % OUTSTANDING]! });
    const [fence] = submit(job);
    return fence;
  };
  return { name, role: "signalbox", body, order: "kept", run: (jobs) => produce(submitJob, jobs, OUTSTANDING) };
}

function byHand(): Contestant {
  const body = chainBody();
  const gates = eachQueue(() => new Gate(CONCURRENCY, OUTSTANDING));
  return byPromises("promises by hand", body, async (index, cause) => {
    await cause;
    const gate = gates[index % QUEUES]!;
    await gate.enter();
    body.run(index);
    gate.leave();
  });
}

/** A chain of promises needs no queues to be a chain: what is left when nothing is asked for but the order. */
function thenEach(): Contestant {
  const body = chainBody();
  let last = Promise.resolve();
  return byPromises("promises, without queues", body, (index) => {
    last = last.then(() => body.run(index));
    return last;
  });
}

function limited(): Contestant {
  const body = chainBody();
  const limits = eachQueue(() => pLimit(CONCURRENCY));
  const work = async (index: number, cause: Promise<unknown> | undefined): Promise<void> => {
    await cause;
    body.run(index);
  };
  return byPromises("p-limit", body, (index, cause) => limits[index % QUEUES]!(work, index, cause));
}

function queued(): Contestant {
  const body = chainBody();
  const queues = eachQueue(() => new PQueue({ concurrency: CONCURRENCY }));
  return byPromises("p-queue", body, (index, cause) =>
    queues[index % QUEUES]!.add(async () => {
      await cause;
      body.run(index);
    }),
  );
}

/** The floor: two counters, of which each looks at the other before it goes on. */
function oneCallEach(): Contestant {
  const body = chainBody();
  const done = new Int32Array(QUEUES);
  return {
    name: "floor: two counters",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      done.fill(0);
      for (let index = 0; index < jobs && done[(index + 1) % QUEUES] === index; index++) {
        body.run(index);
        done[index % QUEUES] = index + 1;
      }
      return Math.max(...done);
    },
  };
}

function chainBody(): JobBody {
  return freshBody({ lanes: QUEUES, distance: 1 });
}

function eachQueue<T>(make: (k: number) => T): readonly T[] {
  return Array.from({ length: QUEUES }, (_, k) => make(k));
}

function byPromises(
  name: string,
  body: JobBody,
  submitJob: (index: number, cause: Promise<unknown> | undefined) => Promise<unknown>,
): Contestant {
  const produce = freshCopy(produceByPromises);
  const submitAfter = (index: number, window: readonly Promise<unknown>[]): Promise<unknown> =>
    submitJob(index, window[(index - 1) % OUTSTANDING]);
  return { name, role: "rival", body, order: "kept", run: (jobs) => produce(submitAfter, jobs, OUTSTANDING) };
}
