/**
 * `webgpu/pipelined`: small jobs, 64 of them on the way at any time.
 */
import type { Fence } from "signalbox";
import type { Contest } from "../harness/contest.ts";
import { onGpu, submitCount, submitRaw } from "./lineup.ts";
import type { Bench } from "./lineup.ts";

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
        make: inWindow,
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
        name: "floor: raw, each job in its own error scopes",
        role: "floor",
        make: inErrorScopes,
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

/** Looks at the oldest job before it takes its place, and waits for it if it is not done. */
export function inWindow(bench: Bench): (jobs: number) => Promise<number> {
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
}

/**
 * The least that somebody has to do who knows of each job how it ended: three scopes around each, and one request at a time for what was
 * submitted before it. The answers of the scopes come in the order of the jobs, so it is enough to count them.
 */
export function inErrorScopes(bench: Bench): (jobs: number) => Promise<number> {
  const { device } = bench.gpu;
  let submitted = 0;
  let answers = 0;
  let worked = 0;
  let wrong = 0;
  let asked = false;
  let wake: (() => void) | undefined;
  const answered = (error: GPUError | null): void => {
    answers++;
    if (error !== null) wrong++;
  };
  const ask = (): void => {
    asked = true;
    const covered = submitted;
    void device.queue.onSubmittedWorkDone().then(() => {
      worked = covered;
      asked = false;
      if (submitted > worked) ask();
      wake?.();
    });
  };
  const submitOne = (index: number): void => {
    for (const filter of filters) device.pushErrorScope(filter);
    submitRaw(bench, index);
    for (let left: number = filters.length; left > 0; left--) void device.popErrorScope().then(answered);
    submitted++;
  };
  return async (jobs) => {
    submitted = answers = worked = wrong = 0;
    let seen = 0;
    while (seen < jobs) {
      while (submitted < jobs && submitted - seen < WINDOW) submitOne(submitted);
      if (!asked) ask();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      while (seen < worked && (seen + 1) * filters.length <= answers) bench.body.finish(seen++);
    }
    return seen - wrong;
  };
}
