/**
 * Effect in the dag cases: a `Deferred` for each job, which those behind it await, and an `Effect.forEach` with a bound on
 * concurrency for each lane.
 */
import { Deferred, Effect } from "effect";
import type { Contestant } from "../harness/contest.ts";
import { CONCURRENCY } from "../lifecycle/load.ts";
import { graphBody } from "./body.ts";
import type { Graph } from "./graph.ts";

export function effectDeferred(graph: Graph, lanes: number): Contestant {
  const body = graphBody(graph, lanes);
  const { rows, causes } = graph;
  return {
    name: "effect",
    role: "rival",
    body,
    order: "free",
    async run(jobs) {
      const done = Array.from({ length: jobs }, () => Deferred.makeUnsafe<null>());
      const work = (index: number): Effect.Effect<unknown> => {
        const after = Array.from(causes.subarray(rows[index], rows[index + 1]), (cause) => done[cause]!);
        return Effect.forEach(after, Deferred.await, { discard: true }).pipe(
          Effect.andThen(Effect.sync(() => body.run(index))),
          Effect.andThen(Deferred.succeed(done[index]!, null)),
        );
      };
      const all = Array.from({ length: lanes }, (_, lane) =>
        Array.from({ length: Math.ceil((jobs - lane) / lanes) }, (__, k) => lane + k * lanes),
      );
      const results = await Effect.runPromise(
        Effect.forEach(all, (lane) => Effect.forEach(lane, work, { concurrency: CONCURRENCY }), {
          concurrency: "unbounded",
        }),
      );
      return results.reduce((seen, lane) => seen + lane.length, 0);
    },
  };
}
