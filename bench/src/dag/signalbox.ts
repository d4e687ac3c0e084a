/**
 * Signalbox in the dag cases: a driver of one's own whose jobs are done when `run` returns, and in-order queues over it. Each job is
 * submitted by itself, behind the fences of the jobs that it depends on.
 */
import { Ring, submit } from "signalbox";
import type { Fence, QueueOptions } from "signalbox";
import type { Contestant } from "../harness/contest.ts";
import { CONCURRENCY } from "../lifecycle/load.ts";
import { ImmediateDriver } from "../lifecycle/steady-signalbox.ts";
import { graphBody } from "./body.ts";
import type { Graph } from "./graph.ts";

export function signalbox(name: string, graph: Graph, lanes: number, options: QueueOptions): Contestant {
  const body = graphBody(graph, lanes);
  const ring = new Ring(new ImmediateDriver(body));
  const queues = Array.from({ length: lanes }, (_, lane) =>
    ring.queue(`lane ${lane}`, { credits: CONCURRENCY, ...options }),
  );
  const { rows, causes } = graph;
  return {
    name,
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      const fences: Fence[] = [];
      for (let index = 0; index < jobs; index++) {
        const after: Fence[] = [];
        for (let k = rows[index]!; k < rows[index + 1]!; k++) after.push(fences[causes[k]!]!);
        const [fence] = submit(queues[index % lanes]!.job({ index, after }));
        fences.push(fence);
      }
      let seen = 0;
      for (const fence of fences) {
        if (!fence.signalled) await fence.wait();
        if (fence.status === 1) seen++;
      }
      return seen;
    },
  };
}
