/**
 * `threads/pipelined`: tiny jobs on two threads, 128 of them on the way at any time.
 */
import { submit } from "signalbox";
import type { JobQueue, SubmittedJob } from "signalbox";
import type { WorkerJob } from "signalbox/workers";
import type { Contest } from "../harness/contest.ts";
import type { JobBody } from "../harness/job-body.ts";
import { MODULE, onThreads } from "./lineup.ts";
import type { Run } from "./lineup.ts";

export const THREADS = 2;
export const OUTSTANDING = 128;

export const pipelined: Contest = {
  kind: "contest",
  name: "threads/pipelined",
  title: `tiny jobs on ${THREADS} threads, ${OUTSTANDING} on the way`,
  threads: true,
  prepare: () =>
    onThreads(
      { threads: THREADS, outstanding: OUTSTANDING },
      {
        device: inWindow,
        pool: (pool, body) => async (jobs) => {
          const window: Promise<number>[] = [];
          let seen = 0;
          for (let index = 0; seen < jobs; index++) {
            const oldest = window[index % OUTSTANDING];
            if (oldest !== undefined && index >= OUTSTANDING) {
              body.finish((await oldest) - 1);
              seen++;
            }
            if (index >= jobs) continue;
            body.start(index);
            window[index % OUTSTANDING] = pool.call(index);
          }
          return seen;
        },
      },
    ),
};

/** Looks at the oldest job before it takes its place, and waits for it if it is not done. */
export function inWindow(queue: JobQueue<WorkerJob>, body: JobBody): Run {
  return async (jobs) => {
    const window: SubmittedJob<number>[] = [];
    let seen = 0;
    for (let index = 0; seen < jobs; index++) {
      const oldest = window[index % OUTSTANDING];
      if (oldest !== undefined && index >= OUTSTANDING) {
        if (!oldest.signalled) await oldest.wait();
        body.finish(oldest.result - 1);
        seen++;
      }
      if (index >= jobs) continue;
      body.start(index);
      const [job] = submit(queue.job<number>({ module: MODULE, export: "next", args: [index] }));
      window[index % OUTSTANDING] = job;
    }
    return seen;
  };
}
