/**
 * Signalbox in the dag cases: a driver of one's own whose jobs are done when `run` returns, and in-order queues over it. Each job is
 * submitted by itself, behind the fences of the jobs that it depends on.
 */
import { Ring, submit } from "signalbox";
import type { Fence, JobQueue, QueueOptions } from "signalbox";
import type { Contestant } from "../harness/contest.ts";
import type { JobBody } from "../harness/job-body.ts";
import { CONCURRENCY } from "../lifecycle/load.ts";
import { ImmediateDriver } from "../lifecycle/steady-signalbox.ts";
import type { NumberedJob } from "../lifecycle/steady-signalbox.ts";
import { graphBody } from "./body.ts";
import type { Graph } from "./graph.ts";

/** All of them submitted at once. */
export function signalbox(name: string, graph: Graph, lanes: number, options: QueueOptions): Contestant {
  const body = graphBody(graph, lanes);
  const queues = openQueues(body, lanes, options);
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

/** With so many submitted and not known to be done, at any time: as many at least as a cause may be back. */
export function windowed(graph: Graph, lanes: number, outstanding: number): Contestant {
  const body = graphBody(graph, lanes);
  const queues = openQueues(body, lanes, {});
  const { rows, causes } = graph;
  const isDone = async (fence: Fence): Promise<boolean> => {
    if (!fence.signalled) await fence.wait();
    return fence.status === 1;
  };
  return {
    name: "signalbox",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      const window: Fence[] = [];
      let seen = 0;
      for (let index = 0; index < jobs; index++) {
        const after: Fence[] = [];
        for (let k = rows[index]!; k < rows[index + 1]!; k++) after.push(window[causes[k]! % outstanding]!);
        const oldest = window[index % outstanding];
        if (oldest?.signalled === true ? oldest.status === 1 : oldest !== undefined && (await isDone(oldest))) seen++;
        const [fence] = submit(queues[index % lanes]!.job({ index, after }));
        window[index % outstanding] = fence;
      }
      for (const fence of window) if (fence.signalled ? fence.status === 1 : await isDone(fence)) seen++;
      return seen;
    },
  };
}

function openQueues(body: JobBody, lanes: number, options: QueueOptions): readonly JobQueue<NumberedJob>[] {
  const ring = new Ring(new ImmediateDriver(body));
  return Array.from({ length: lanes }, (_, lane) => ring.queue(`lane ${lane}`, { credits: CONCURRENCY, ...options }));
}
