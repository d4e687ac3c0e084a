/**
 * `threads/pipelined`: tiny jobs on two threads, 128 of them on the way at any time.
 */
import { submit } from "signalbox";
import type { SubmittedJob } from "signalbox";
import type { Contest } from "../harness/contest.ts";
import { MODULE, onThreads } from "./lineup.ts";

const THREADS = 2;
const OUTSTANDING = 128;

export const pipelined: Contest = {
  kind: "contest",
  name: "threads/pipelined",
  title: `tiny jobs on ${THREADS} threads, ${OUTSTANDING} on the way`,
  threads: true,
  prepare: () =>
    onThreads(
      { threads: THREADS, outstanding: OUTSTANDING },
      {
        // Looks at the oldest job before it takes its place, and waits for it if it is not done.
        device: (queue, body) => async (jobs) => {
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
        },
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
