/**
 * The floor where all of several things are waited for: a counter, and a call for each that is done. No object for any of
 * them, nobody who may come later, no error.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";

/** Counts `count` calls for each job. */
export function countdown(count: number): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  return {
    name: "floor: counter",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      let index = 0;
      let left = 0;
      const done = (): void => {
        if (--left === 0) body.run(index);
      };
      const callbacks = new Array<() => void>(count);
      for (; index < jobs; index++) {
        left = count;
        for (let k = 0; k < count; k++) callbacks[k] = done;
        for (let k = 0; k < count; k++) callbacks[k]!();
      }
      return jobs;
    },
  };
}
