/**
 * What is kept of jobs that are over: nothing. Each test lets a queue reach its steady state, and then runs so many jobs
 * that one kept word for each would show.
 */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { Ring } from "../../src/queue/ring.ts";
import { submit } from "../../src/queue/submission.ts";
import { heapInUse } from "../support/heap.ts";
import type { AnyJob, ManualJob } from "../support/manual-driver.ts";

const WARM = 20_000;
const JOBS = 200_000;
const BATCH = 100;
/** Less than one pointer for each job, and more than what a table may grow between two collections. */
const ALLOWED = 1_000_000;

/** Runs the jobs that `make` makes, batch by batch, and answers by how much the heap has grown since it was warm. */
function growth(
  make: (queues: ReturnType<Ring<ManualJob>["queue"]>[]) => AnyJob[],
  settle: (held: AnyJob[]) => void,
): number {
  const platform = new SimPlatform({ auto: false });
  const held: AnyJob[] = [];
  const ring = new Ring<ManualJob>(
    {
      name: "memory",
      run: (job) => {
        const { run = "pending" } = job.spec;
        if (run === "pending") held.push(job);
        return run as "pending" | "done";
      },
      cancel: () => {},
      setDeadline: () => {},
    },
    { platform },
  );
  const queues = [ring.queue("a", { jobs: 64 }), ring.queue("b")];
  const runJobs = (count: number): void => {
    for (let left = count; left > 0; left -= BATCH) {
      submit(...make(queues));
      while (!platform.idle || held.length > 0) {
        platform.run();
        settle(held.splice(0));
      }
    }
  };
  runJobs(WARM);
  const before = heapInUse();
  runJobs(JOBS);
  return heapInUse() - before;
}

const complete = (held: AnyJob[]): void => {
  for (const job of held) job.queue.complete(job);
};

describe("the heap in steady state", { timeout: 60_000 }, () => {
  it("stays flat over 200 000 jobs that are done at once", () => {
    const grown = growth(([queue]) => Array.from({ length: BATCH }, () => queue!.job({ run: "done" })), complete);
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("and over as many that wait for one another, have deadlines, and are completed one by one", () => {
    let last: Fence | undefined;
    const grown = growth((queues) => {
      return Array.from({ length: BATCH }, (_, index) => {
        const job: AnyJob = queues[index % 2]!.job(last === undefined ? {} : { after: last });
        if (index % 10 === 0) job.setDeadline(index);
        last = job;
        return job;
      });
    }, complete);
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("and over as many that were cancelled, each because the one before it was", () => {
    let last: Fence | undefined;
    const grown = growth(
      (queues) =>
        Array.from({ length: BATCH }, (_, index) => {
          const job: AnyJob = queues[index % 2]!.job(last === undefined ? {} : { after: last });
          last = job;
          return job;
        }),
      (held) => {
        for (const job of held) job.queue.complete(job, errno.EIO, new Error("the first failed"));
      },
    );
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("and over as many that were made, given hints, and never submitted", () => {
    const grown = growth(([queue]) => {
      for (let count = 0; count < BATCH; count++) queue!.job({}).setDeadline(count);
      return [queue!.job({ run: "done" })];
    }, complete);
    // The table of hints doubles when collections come late.
    expect(grown).toBeLessThan(2 * ALLOWED);
  });
});
