/**
 * `objects/merge`: 64 fences, eight on each of eight timelines, as one. Of a timeline only the newest needs to be waited for,
 * since it signals last: a merge leaves eight of the 64. Promises don't know that, and wait for each.
 */
import { mergeFences } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { awaited, oneByOne, told } from "./one-for-many.ts";
import type { OneForMany } from "./one-for-many.ts";
import { promiseAll } from "./promise-all.ts";

const LANES = 8;
const FENCES = 64;
const fences: OneForMany = { count: FENCES, lanes: LANES, join: mergeFences };

export const merge: Contest = {
  kind: "contest",
  name: "objects/merge",
  title: "64 fences of 8 timelines merged into one: made, merged, waited for, signalled one by one",
  prepare: () => ({
    contestants: [told("signalbox", fences, oneByOne), awaited(fences), promiseAll(FENCES), newestOnly()],
  }),
};

/** The floor: the newest number of each lane, and a comparison for each that is done. */
function newestOnly(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const given = new Float64Array(LANES);
  const wanted = new Float64Array(LANES);
  return {
    name: "floor: newest number of each lane",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      const numbers = new Float64Array(FENCES);
      for (let index = 0; index < jobs; index++) {
        for (let k = 0; k < FENCES; k++) {
          const number = ++given[k % LANES]!;
          numbers[k] = number;
          wanted[k % LANES] = number;
        }
        let left = LANES;
        for (let k = 0; k < FENCES; k++) if (numbers[k] === wanted[k % LANES] && --left === 0) body.run(index);
      }
      return jobs;
    },
  };
}
