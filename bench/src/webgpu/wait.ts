/**
 * `webgpu/wait`: one small job at a time, submitted and waited for: what a round trip to the GPU costs.
 */
import type { Contest } from "../harness/contest.ts";
import { onGpu, submitCount, submitRaw } from "./lineup.ts";

export const wait: Contest = {
  kind: "contest",
  name: "webgpu/wait",
  title: "submit and wait, one job at a time",
  latencies: true,
  threads: true,
  prepare: () =>
    onGpu([
      {
        name: "signalbox",
        role: "signalbox",
        make(bench) {
          const queue = bench.gpu.queue("wait");
          return async (jobs, latencies) => {
            for (let index = 0; index < jobs; index++) {
              const began = performance.now();
              await submitCount(queue, bench, index).wait();
              latencies?.note(performance.now() - began);
              bench.body.finish(index);
            }
            return jobs;
          };
        },
      },
      {
        name: "raw submit + onSubmittedWorkDone",
        role: "rival",
        make: (bench) => async (jobs, latencies) => {
          const { queue } = bench.gpu.device;
          for (let index = 0; index < jobs; index++) {
            const began = performance.now();
            submitRaw(bench, index);
            await queue.onSubmittedWorkDone();
            latencies?.note(performance.now() - began);
            bench.body.finish(index);
          }
          return jobs;
        },
      },
    ]),
};
