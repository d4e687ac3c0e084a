/**
 * `growth/dag`: what a job with three dependencies costs in a graph of a thousand to a million jobs over four in-order queues: with a
 * thousand outstanding, where it must not grow; and all of them submitted at once, where the collector has more to copy the more there
 * are. Each beside the floor of bare objects, which has the same graph to walk through and copies, too.
 */
import type { Proof } from "../harness/contest.ts";
import { bareGraph } from "../dag/dag.ts";
import { makeGraph } from "../dag/graph.ts";
import { signalbox, windowed } from "../dag/signalbox.ts";
import { OUTSTANDING } from "../lifecycle/load.ts";
import { measureSizes } from "./sizes.ts";
import type { Load } from "./sizes.ts";

const SIZES = { thorough: [1_000, 10_000, 100_000, 1_000_000], quick: [1_000, 10_000] };
const LANES = 4;

export const growthOfGraphs: Proof = {
  kind: "proof",
  name: "growth/dag",
  title: "what a job with three dependencies costs in graphs of 1 000 to 1 000 000 jobs (10 000 with --quick)",
  run: ({ quick }) =>
    measureSizes(loadsOfGraphs(), {
      sizes: quick ? SIZES.quick : SIZES.thorough,
      unit: "jobs",
      rounds: quick ? 3 : 5,
      roundMs: quick ? 15 : 100,
    }),
};

/** What is measured. The ledger of a graph is as long as the graph: each size has one of its own. */
export function loadsOfGraphs(): readonly Load[] {
  return [
    {
      name: "1 000 outstanding",
      key: "windowed",
      at: (jobs) => ({ contestant: windowed(makeGraph(jobs), LANES, OUTSTANDING), jobs }),
    },
    {
      name: "1 000 outstanding, bare fence objects",
      key: "bare",
      at: (jobs) => ({ contestant: bareGraph(makeGraph(jobs), LANES, OUTSTANDING), jobs }),
    },
    {
      name: "all at once",
      key: "atOnce",
      apart: true,
      at: (jobs) => ({ contestant: signalbox("signalbox", makeGraph(jobs), LANES, {}), jobs }),
    },
    {
      name: "all at once, bare fence objects",
      key: "bareAtOnce",
      at: (jobs) => ({ contestant: bareGraph(makeGraph(jobs), LANES, jobs), jobs }),
    },
  ];
}
