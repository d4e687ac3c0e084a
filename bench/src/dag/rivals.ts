/**
 * The rivals of the dag cases: a promise for each job, and `Promise.all` of those that it depends on. With a queue or limiter for
 * each lane the job awaits them in its own function, having taken its place; by hand before it does.
 */
import fastq from "fastq";
import pLimit from "p-limit";
import PQueue from "p-queue";
import type { Contestant } from "../harness/contest.ts";
import type { JobBody } from "../harness/job-body.ts";
import { Gate } from "../lifecycle/gate.ts";
import { CONCURRENCY } from "../lifecycle/load.ts";
import { graphBody } from "./body.ts";
import type { Graph } from "./graph.ts";

/** Every rival whose jobs are promises. */
export function promiseRivals(graph: Graph, lanes: number): readonly Contestant[] {
  const eachLane = <T>(make: () => T): readonly T[] => Array.from({ length: lanes }, make);
  const ready = (body: JobBody) => async (index: number, causes: Promise<unknown>) => {
    await causes;
    body.run(index);
  };

  const rawBody = graphBody(graph, lanes);
  const raw = byPromises("promises, without queues", graph, rawBody, (index, causes) =>
    causes.then(() => rawBody.run(index)),
  );

  const handBody = graphBody(graph, lanes);
  const gates = eachLane(() => new Gate(CONCURRENCY, graph.jobs));
  const byHand = byPromises("promises by hand", graph, handBody, async (index, causes) => {
    await causes;
    const gate = gates[index % lanes]!;
    await gate.enter();
    handBody.run(index);
    gate.leave();
  });

  const fastqBody = graphBody(graph, lanes);
  const fastqLanes = eachLane(() =>
    fastq.promise(async ({ index, causes }: { index: number; causes: Promise<unknown> }) => {
      await causes;
      fastqBody.run(index);
    }, CONCURRENCY),
  );
  const fastqPromise = byPromises("fastq.promise", graph, fastqBody, (index, causes) =>
    fastqLanes[index % lanes]!.push({ index, causes }),
  );

  const limitBody = graphBody(graph, lanes);
  const limits = eachLane(() => pLimit(CONCURRENCY));
  const limited = ready(limitBody);
  const pLimited = byPromises("p-limit", graph, limitBody, (index, causes) =>
    limits[index % lanes]!(limited, index, causes),
  );

  const queueBody = graphBody(graph, lanes);
  const queues = eachLane(() => new PQueue({ concurrency: CONCURRENCY }));
  const queued = ready(queueBody);
  const pQueued = byPromises("p-queue", graph, queueBody, (index, causes) =>
    queues[index % lanes]!.add(() => queued(index, causes)),
  );

  return [raw, byHand, fastqPromise, pLimited, pQueued];
}

function byPromises(
  name: string,
  { rows, causes }: Graph,
  body: JobBody,
  submitJob: (index: number, causes: Promise<unknown>) => Promise<unknown>,
): Contestant {
  return {
    name,
    role: "rival",
    body,
    order: "free",
    async run(jobs) {
      const promises: Promise<unknown>[] = [];
      for (let index = 0; index < jobs; index++) {
        const after: Promise<unknown>[] = [];
        for (let k = rows[index]!; k < rows[index + 1]!; k++) after.push(promises[causes[k]!]!);
        promises.push(submitJob(index, Promise.all(after)));
      }
      return (await Promise.all(promises)).length;
    },
  };
}
