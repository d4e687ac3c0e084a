/**
 * What the jobs of the dag cases do: they note when they started and finished. The ledger is made of these notes after the round, so
 * that looking at three dependencies a job costs nobody time.
 */
import { freshCopy } from "../harness/fresh.ts";
import type { JobBody } from "../harness/job-body.ts";
import type { Graph } from "./graph.ts";

/** A body that no other contestant calls. Job `index` belongs to lane `index % lanes`. */
export function graphBody(graph: Graph, lanes: number): JobBody {
  return freshCopy(makeBody)(graph, lanes);
}

// Refers to nothing outside itself: it is copied by its text.
function makeBody({ jobs, rows, causes }: Graph, lanes: number): JobBody {
  const startedAt = new Int32Array(jobs);
  const finishedAt = new Int32Array(jobs);
  let time = 0;
  let started = 0;
  let finished = 0;
  const body: JobBody = {
    start(index) {
      started++;
      startedAt[index] = ++time;
    },
    finish(index) {
      finished++;
      finishedAt[index] = ++time;
    },
    run(index) {
      body.start(index);
      body.finish(index);
    },
    reset() {
      time = started = finished = 0;
      startedAt.fill(0);
      finishedAt.fill(0);
    },
    tally() {
      let sum = 0;
      let reordered = 0;
      let early = 0;
      for (let index = 0; index < jobs; index++) {
        const start = startedAt[index]!;
        if (start === 0) continue;
        if (finishedAt[index] !== 0) sum += index;
        if (index >= lanes && start < startedAt[index - lanes]!) reordered++;
        for (let k = rows[index]!; k < rows[index + 1]!; k++) {
          const end = finishedAt[causes[k]!]!;
          if (end !== 0 && end < start) continue;
          early++;
          break;
        }
      }
      return { started, finished, sum, reordered, early };
    },
  };
  return body;
}
