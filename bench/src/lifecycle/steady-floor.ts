/**
 * The floor of `lifecycle/steady`: a ring buffer, and a call for each job. No order to keep, nobody to tell.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { CONCURRENCY, OUTSTANDING } from "./load.ts";

export function ringBuffer(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const ring = new Int32Array(1024); // The power of two above OUTSTANDING.
  return {
    name: "floor: ring buffer and call",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      let next = 0;
      let done = 0;
      while (done < jobs) {
        for (; next < jobs && next - done < OUTSTANDING; next++) ring[next & 1023] = next;
        for (let batch = 0; batch < CONCURRENCY && done < next; batch++) body.run(ring[done++ & 1023]!);
      }
      return done;
    },
  };
}
