/**
 * `dag/one` and `dag/four`: 50 000 jobs with 150 000 dependencies, all submitted at once, over one and over four in-order queues
 * with 64 credits each. The work of a job is done when its function returns.
 *
 * On a single in-order queue nothing is left of the dependencies: the past of its own queue is free to a job. Rivals, whose queues
 * start jobs in order and let them overtake, have to wait for each.
 */
import type { Contest, Contestant } from "../harness/contest.ts";
import { bareFences } from "../lifecycle/bare-fences.ts";
import type { BareFence, Causes } from "../lifecycle/bare-fences.ts";
import { CONCURRENCY } from "../lifecycle/load.ts";
import { graphBody } from "./body.ts";
import { effectDeferred } from "./effect.ts";
import { bareCounters } from "./floor.ts";
import { makeGraph } from "./graph.ts";
import type { Graph } from "./graph.ts";
import { promiseRivals } from "./rivals.ts";
import { signalbox } from "./signalbox.ts";

const JOBS = { thorough: 50_000, quick: 5_000 };
const size = "50 000 jobs with 150 000 dependencies (a tenth with --quick)";

export const one: Contest = dag("dag/one", `${size} on one in-order queue with 64 credits`, 1);
export const four: Contest = dag("dag/four", `${size} over four in-order queues with 64 credits each`, 4);

function dag(name: string, title: string, lanes: number): Contest {
  return {
    kind: "contest",
    name,
    title,
    jobs: JOBS,
    prepare() {
      const graph = makeGraph(JOBS.thorough);
      return {
        contestants: [
          signalbox("signalbox", graph, lanes, {}),
          signalbox("signalbox, bypass", graph, lanes, { bypass: true }),
          ...promiseRivals(graph, lanes),
          effectDeferred(graph, lanes),
          bareGraph(graph, lanes, graph.jobs),
          bareCounters(graph),
        ],
      };
    },
  };
}

/** The floor that has an object for each job, with so many outstanding: as many at least as a cause may be back. */
export function bareGraph(graph: Graph, lanes: number, outstanding: number): Contestant {
  const load = { lanes, credits: CONCURRENCY, outstanding, ticks: false };
  return bareFences(load, graphBody(graph, lanes), causesIn(graph, outstanding));
}

function causesIn({ rows, causes }: Graph, outstanding: number): Causes {
  return (index, window) => {
    const fences: BareFence[] = [];
    for (let k = rows[index]!; k < rows[index + 1]!; k++) fences.push(window[causes[k]! % outstanding]!);
    return fences;
  };
}
