/**
 * `threads/round-trip`: a tiny job to one thread and back, the next one when it is there.
 */
import { submit } from "signalbox";
import type { Contest } from "../harness/contest.ts";
import { MODULE, onThreads } from "./lineup.ts";

export const roundTrip: Contest = {
  kind: "contest",
  name: "threads/round-trip",
  title: "a tiny job to a thread and back, one at a time",
  latencies: true,
  threads: true,
  prepare: () =>
    onThreads(
      { threads: 1, outstanding: 1 },
      {
        device: (queue, body) => async (jobs, latencies) => {
          let seen = 0;
          for (let index = 0; index < jobs; index++) {
            const began = performance.now();
            body.start(index);
            const [job] = submit(queue.job<number>({ module: MODULE, export: "next", args: [index] }));
            await job.wait();
            body.finish(job.result - 1);
            latencies?.note(performance.now() - began);
            seen++;
          }
          return seen;
        },
        pool: (pool, body) => async (jobs, latencies) => {
          let seen = 0;
          for (let index = 0; index < jobs; index++) {
            const began = performance.now();
            body.start(index);
            body.finish((await pool.call(index)) - 1);
            latencies?.note(performance.now() - began);
            seen++;
          }
          return seen;
        },
      },
    ),
};
