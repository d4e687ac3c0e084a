/**
 * Effect in the cases with a single queue: `Effect.forEach` with a bound on concurrency, which is its own way to do many things
 * and not all of them at once. Its backlog is the array that it goes over, whatever the case says of jobs outstanding.
 */
import { Effect } from "effect";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import type { QueueLoad } from "./load.ts";

export function effectForEach({ concurrency }: QueueLoad): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const work = freshCopy(makeWork)(Effect.sync, body);
  return {
    name: "effect",
    role: "rival",
    body,
    order: "kept",
    async run(jobs) {
      const indexes = Array.from({ length: jobs }, (_, index) => index);
      const results = await Effect.runPromise(Effect.forEach(indexes, work, { concurrency }));
      return results.length;
    },
  };
}

// Refers to nothing outside itself: it is copied by its text.
function makeWork(sync: typeof Effect.sync, body: JobBody): (index: number) => Effect.Effect<void> {
  return (index) => sync(() => body.run(index));
}
