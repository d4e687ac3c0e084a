/**
 * Effect in the tick cases: for each lane an `Effect.forEach` with a bound on concurrency, the lanes beside one another. A
 * dependency is a `Deferred` of the job that it is on, which the other job awaits. What is outstanding is all of its jobs: see
 * steady-effect.ts.
 */
import { Deferred, Effect } from "effect";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import { freshDevice } from "./callback-device.ts";
import type { CallbackDevice } from "./callback-device.ts";
import { CONCURRENCY, LANES } from "./load.ts";
import type { Distances } from "./load.ts";

type Work = (index: number) => Effect.Effect<unknown>;

export function effectLanes(distances: Distances): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  const work = freshCopy(makeWork)(Effect, freshDevice(body));
  return {
    name: "effect",
    role: "rival",
    body,
    // A job that awaits its dependencies itself may be overtaken.
    order: distances.length === 0 ? "kept" : "free",
    async run(jobs) {
      const one = distances.length === 0 ? work : workAfter(work, distances, jobs);
      const lanes = Array.from({ length: LANES }, (_, lane) =>
        Array.from({ length: Math.ceil((jobs - lane) / LANES) }, (__, k) => lane + k * LANES),
      );
      const results = await Effect.runPromise(
        Effect.forEach(lanes, (lane) => Effect.forEach(lane, one, { concurrency: CONCURRENCY }), {
          concurrency: "unbounded",
        }),
      );
      return results.reduce((seen, lane) => seen + lane.length, 0);
    },
  };
}

// Refers to nothing outside itself: it is copied by its text.
function makeWork({ callback, succeed }: typeof Effect, device: CallbackDevice): Work {
  const done = succeed(null);
  return (index) =>
    callback<null>((resume) => {
      device.start(index, () => resume(done));
    });
}

/** The same, behind the jobs that it depends on. */
function workAfter(work: Work, distances: Distances, jobs: number): Work {
  const done = Array.from({ length: jobs }, () => Deferred.makeUnsafe<null>());
  return (index) => {
    const causes = distances.filter((distance) => distance <= index).map((distance) => done[index - distance]!);
    const ready = causes.length === 1 ? Deferred.await(causes[0]!) : Effect.forEach(causes, Deferred.await);
    return Effect.andThen(Effect.andThen(ready, work(index)), Deferred.succeed(done[index]!, null));
  };
}
