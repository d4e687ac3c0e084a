/**
 * The floor of the dag cases: who depends on whom in compressed rows, a counter for each job, and a list of those whose counter is
 * at zero. No queues, no order, nobody to tell. Turning causes into dependents counts: the others register theirs, too.
 */
import type { Contestant } from "../harness/contest.ts";
import { graphBody } from "./body.ts";
import type { Graph } from "./graph.ts";

export function bareCounters(graph: Graph): Contestant {
  const body = graphBody(graph, 1);
  const { rows, causes } = graph;
  const left = new Int32Array(graph.jobs);
  const dependentRows = new Int32Array(graph.jobs + 2);
  const dependents = new Int32Array(causes.length);
  const ready = new Int32Array(graph.jobs);
  return {
    name: "floor: bare counters",
    role: "floor",
    body,
    order: "free",
    run(jobs) {
      const edges = rows[jobs]!;
      // Counted two places on, and summed, a row's first free place stands one place on; filled, it is where the next row begins.
      dependentRows.fill(0);
      for (let k = 0; k < edges; k++) dependentRows[causes[k]! + 2]!++;
      for (let index = 2; index <= jobs; index++) dependentRows[index]! += dependentRows[index - 1]!;
      let last = 0;
      for (let index = 0; index < jobs; index++) {
        left[index] = rows[index + 1]! - rows[index]!;
        if (left[index] === 0) ready[last++] = index;
        for (let k = rows[index]!; k < rows[index + 1]!; k++) dependents[dependentRows[causes[k]! + 1]!++] = index;
      }
      let next = 0;
      while (next < last) {
        const index = ready[next++]!;
        body.run(index);
        for (let k = dependentRows[index]!; k < dependentRows[index + 1]!; k++) {
          const dependent = dependents[k]!;
          left[dependent]!--;
          if (left[dependent] === 0) ready[last++] = dependent;
        }
      }
      return next;
    },
  };
}
