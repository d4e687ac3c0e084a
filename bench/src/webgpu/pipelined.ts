/**
 * `webgpu/pipelined`: small jobs, 64 of them on the way at any time.
 */
import type { Fence } from "signalbox";
import type { Contest } from "../harness/contest.ts";
import { onGpu, submitCount, submitRaw } from "./lineup.ts";

const WINDOW = 64;
/** What whoever wants to know whose an error is has to ask for each job. */
const filters = ["validation", "internal", "out-of-memory"] as const;

export const pipelined: Contest = {
  kind: "contest",
  name: "webgpu/pipelined",
  title: `pipelined, ${WINDOW} jobs on the way`,
  threads: true,
  prepare: () =>
    onGpu([
      {
        name: "signalbox",
        role: "signalbox",
        make(bench) {
          const queue = bench.gpu.queue("pipelined", { jobs: WINDOW });
          return async (jobs) => {
            const window: Fence[] = [];
            let seen = 0;
            for (let index = 0; index < jobs + WINDOW; index++) {
              const oldest = window[index % WINDOW];
              if (oldest !== undefined && seen < jobs) {
                if (!oldest.signalled) await oldest.wait();
                if (oldest.status === 1) bench.body.finish(seen++);
              }
              if (index < jobs) window[index % WINDOW] = submitCount(queue, bench, index);
            }
            return seen;
          };
        },
      },
      {
        name: "raw submit + onSubmittedWorkDone",
        role: "rival",
        make: (bench) => async (jobs) => {
          const { queue } = bench.gpu.device;
          const window: Promise<undefined>[] = [];
          let seen = 0;
          for (let index = 0; index < jobs + WINDOW; index++) {
            const oldest = window[index % WINDOW];
            if (oldest !== undefined && seen < jobs) {
              await oldest;
              bench.body.finish(seen++);
            }
            if (index >= jobs) continue;
            submitRaw(bench, index);
            window[index % WINDOW] = queue.onSubmittedWorkDone();
          }
          return seen;
        },
      },
      {
        name: "raw, each job in its own error scopes",
        role: "rival",
        make: (bench) => async (jobs) => {
          const { device } = bench.gpu;
          const window: Promise<void>[] = [];
          let seen = 0;
          let wrong = 0;
          const done = async (index: number): Promise<void> => {
            for (const filter of filters) device.pushErrorScope(filter);
            submitRaw(bench, index);
            const errors = filters.map(() => device.popErrorScope());
            await device.queue.onSubmittedWorkDone();
            for (const error of errors) if ((await error) !== null) wrong++;
          };
          for (let index = 0; index < jobs + WINDOW; index++) {
            const oldest = window[index % WINDOW];
            if (oldest !== undefined && seen < jobs) {
              await oldest;
              bench.body.finish(seen++);
            }
            if (index < jobs) window[index % WINDOW] = done(index);
          }
          return seen - wrong;
        },
      },
      {
        name: "floor: raw, no bound, one wait at the end",
        role: "floor",
        make: (bench) => async (jobs) => {
          for (let index = 0; index < jobs; index++) submitRaw(bench, index);
          await bench.gpu.device.queue.onSubmittedWorkDone();
          for (let index = 0; index < jobs; index++) bench.body.finish(index);
          return jobs;
        },
      },
    ]),
};
