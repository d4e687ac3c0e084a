/**
 * `proofs/heap`: a million jobs that do nothing, through one queue in steady state, and the heap after each 100 000: flat.
 */
import { Ring, submit } from "signalbox";
import type { Proof } from "../harness/contest.ts";
import { faultsOf, freshBody } from "../harness/job-body.ts";
import { collect, heapUsed } from "../harness/memory.ts";
import { CONCURRENCY, OUTSTANDING } from "../lifecycle/load.ts";
import { produceByFences } from "../lifecycle/producers.ts";
import { ImmediateDriver } from "../lifecycle/steady-signalbox.ts";
import { table } from "../report/table.ts";

const JOBS = 1_000_000;
const STEP = 100_000;

/** What the heap may grow by, for each job after the first step; the smallest leak, one number a job, is 8 to 16 bytes. */
const TOLERATED_BYTES_PER_JOB = 0.5;

/** The heap at one point, in bytes. */
interface Sample {
  readonly jobs: number;
  readonly before: number;
  readonly after: number;
  readonly resident: number;
}

export const heap: Proof = {
  kind: "proof",
  name: "proofs/heap",
  title: "1 000 000 no-op jobs through one queue in steady state: the heap stays flat",
  async run() {
    const body = freshBody({ lanes: 1, distance: 0 });
    const queue = new Ring(new ImmediateDriver(body)).queue("heap", { credits: CONCURRENCY });
    const samples: Sample[] = [];
    const submitJob = (index: number): ReturnType<typeof queue.job> => {
      if (index % STEP === 0) samples.push(sample(index));
      const [fence] = submit(queue.job({ index }));
      return fence as ReturnType<typeof queue.job>;
    };
    const began = performance.now();
    const seen = await produceByFences(submitJob, JOBS, OUTSTANDING);
    await queue.drain();
    const ms = performance.now() - began;
    samples.push(sample(JOBS));

    const growth = growthPerJob(samples);
    const wrong = faultsOf(body.tally(), JOBS, seen, "kept");
    if (!(growth <= TOLERATED_BYTES_PER_JOB)) wrong.push(`the heap grew by ${growth.toFixed(2)} bytes a job`);
    return {
      lines: [
        table([["  jobs", "heap", "collected", "resident"], ...samples.map(rowOf)]),
        `  from ${STEP} jobs on the collected heap grew by ${growth.toFixed(3)} bytes a job; ${ms.toFixed(0)} ms with the collections`,
      ],
      figures: { jobs: JOBS, growthPerJob: growth, firstBytes: at(samples, STEP), lastBytes: at(samples, JOBS), ms },
      summary: `${growth.toFixed(3)} bytes a job`,
      wrong,
    };
  },
};

function sample(jobs: number): Sample {
  const before = heapUsed();
  collect();
  return { jobs, before, after: heapUsed(), resident: process.memoryUsage().rss };
}

function rowOf({ jobs, before, after, resident }: Sample): readonly string[] {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  return [`  ${jobs}`, mib(before), mib(after), mib(resident)];
}

function at(samples: readonly Sample[], jobs: number): number {
  return samples.find((one) => one.jobs === jobs)?.after ?? NaN;
}

// The first step warms up: code and feedback live on the heap too. Above 0 is growth.
function growthPerJob(samples: readonly Sample[]): number {
  return (at(samples, JOBS) - at(samples, STEP)) / (JOBS - STEP);
}
