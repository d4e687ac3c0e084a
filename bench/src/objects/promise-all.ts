/**
 * The idiom where all of several things are waited for: `Promise.all`.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { pending } from "./pending.ts";

/** Makes `count` promises for each job, waits for all of them, and settles them one by one. */
export function promiseAll(count: number): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  return {
    name: "Promise.all",
    role: "rival",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const { promises, resolvers } = pending(count);
        const all = Promise.all(promises);
        for (const resolve of resolvers) resolve();
        await all;
        body.run(index);
      }
      return jobs;
    },
  };
}
