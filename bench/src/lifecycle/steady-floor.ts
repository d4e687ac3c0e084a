/**
 * The floor of the cases with a single queue: a ring buffer, and a call for each job. No order to keep, nobody to tell.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import type { QueueLoad } from "./load.ts";

export function ringBuffer({ concurrency, outstanding }: QueueLoad): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const size = 2 ** Math.ceil(Math.log2(outstanding));
  const mask = size - 1;
  const ring = new Int32Array(size);
  return {
    name: "floor: ring buffer and call",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      let next = 0;
      let done = 0;
      while (done < jobs) {
        for (; next < jobs && next - done < outstanding; next++) ring[next & mask] = next;
        for (let batch = 0; batch < concurrency && done < next; batch++) body.run(ring[done++ & mask]!);
      }
      return done;
    },
  };
}
