/**
 * The floor of the tick cases: the device alone, given as many jobs each tick as all queues have credits for. With
 * dependencies it is given the same: nobody looks at them, since the job they are on is always in an earlier batch.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { CONCURRENCY, LANES } from "./load.ts";
import type { Distances } from "./load.ts";

export function deviceAlone(distances: Distances): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  // A batch no longer than the shortest distance never holds a job and one that it depends on.
  const most = Math.min(CONCURRENCY * LANES, ...distances);
  const batch = new Int32Array(most);
  return {
    name: "floor: device alone",
    role: "floor",
    body,
    order: "kept",
    run: (jobs) =>
      new Promise((resolve) => {
        let next = 0;
        let started = 0;
        const start = (): void => {
          for (started = 0; started < most && next < jobs; started++) {
            body.start(next);
            batch[started] = next++;
          }
          setImmediate(finish);
        };
        const finish = (): void => {
          for (let k = 0; k < started; k++) body.finish(batch[k]!);
          if (next < jobs) start();
          else resolve(next);
        };
        start();
      }),
  };
}
