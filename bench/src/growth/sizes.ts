/**
 * The cost of a job at one size after the other, and by how much it grows: shared by the growth proofs.
 *
 * A size is run again and again for a while, several times in turn with the others, and its median counts. What grows is the most
 * that a size costs over any smaller one: so an expensive small size hides nothing.
 */
import type { Contestant, ProofFindings } from "../harness/contest.ts";
import { faultsOf } from "../harness/job-body.ts";
import { collectYoung } from "../harness/memory.ts";
import { median } from "../harness/statistics.ts";
import { three } from "../report/figures.ts";
import { table } from "../report/table.ts";

/** What is done at each size. */
export interface Load {
  readonly name: string;
  /** The key of its figures. */
  readonly key: string;
  /** Whether its growth counts by itself, and not among that of the others. */
  readonly apart?: boolean;
  /** Called once for each size. */
  at(size: number): Place;
}

/** Who does the work at a size, and how many jobs that is. */
export interface Place {
  readonly contestant: Contestant;
  readonly jobs: number;
}

export interface SizesOptions {
  readonly sizes: readonly number[];
  /** What a size is: "jobs", "queues". */
  readonly unit: string;
  readonly rounds: number;
  /** How long a round of a size takes at least, in ms: small sizes are repeated. */
  readonly roundMs: number;
  /** The clock, in ms; the real one if left out. */
  readonly now?: () => number;
}

/** The same contestant, and so the same queue, for all sizes: what is left of a large run would show in a small one after it. */
export function sameFor(name: string, key: string, contestant: Contestant): Load {
  return { name, key, at: (jobs) => ({ contestant, jobs }) };
}

/** Measures all loads at all sizes. */
export async function measureSizes(loads: readonly Load[], options: SizesOptions): Promise<ProofFindings> {
  const { sizes, unit } = options;
  const rows: string[][] = [];
  const figures: Record<string, number> = {};
  const wrong: string[] = [];
  let worst = { name: "", growth: 0 };
  const apart: string[] = [];
  for (const load of loads) {
    try {
      const places = sizes.map((size) => load.at(size));
      const costs = await costsOf(places, options);
      const growth = growthOf(costs);
      const isFloor = places.every(({ contestant }) => contestant.role === "floor"); // It may grow.
      if (load.apart === true) apart.push(`${three(growth)}x ${load.name}`);
      else if (!isFloor && growth > worst.growth) worst = { name: load.name, growth };
      rows.push([`  ${load.name}`, ...costs.map((ns) => `${three(ns)} ns`), `${three(growth)}x`]);
      costs.forEach((ns, k) => (figures[`${load.key}-${sizes[k]}-ns`] = ns));
      figures[`${load.key}Growth`] = growth;
    } catch (error) {
      wrong.push(`${load.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // Of those that failed nothing is known.
  if (wrong.length === 0) figures["growth"] = worst.growth;
  return {
    lines: [table([[`  ns a job at ${unit}`, ...sizes.map(String), "grows by"], ...rows])],
    figures,
    summary: [`grows by ${three(worst.growth)}x at the most (${worst.name})`, ...apart].join(", "),
    wrong,
  };
}

/** The most that a later one is over an earlier one; 1 at least. */
export function growthOf(costs: readonly number[]): number {
  let least = Infinity;
  let growth = 1;
  for (const cost of costs) {
    least = Math.min(least, cost);
    growth = Math.max(growth, cost / least);
  }
  return growth;
}

async function costsOf(
  places: readonly Place[],
  { rounds, roundMs, now = () => performance.now() }: SizesOptions,
): Promise<number[]> {
  const taken: number[][] = places.map(() => []);
  // The first round warms up, the smallest size first.
  for (let round = 0; round <= rounds; round++) {
    for (const [k, { contestant, jobs }] of places.entries()) {
      const ns = await nsPerJob(contestant, jobs, round === 0 ? 2 * roundMs : roundMs, now);
      if (round > 0) taken[k]!.push(ns);
    }
  }
  return taken.map(median);
}

async function nsPerJob(contestant: Contestant, jobs: number, roundMs: number, now: () => number): Promise<number> {
  const { body, order } = contestant;
  collectYoung();
  let ms = 0;
  let repeats = 0;
  while (ms < roundMs) {
    body.reset();
    const began = now();
    const seen = await contestant.run(jobs, undefined);
    ms += now() - began;
    repeats++;
    const faults = faultsOf(body.tally(), jobs, seen, order);
    const more = await contestant.verify?.(jobs);
    if (more !== undefined) faults.push(more);
    if (faults.length > 0) throw new Error(faults.join("; "));
  }
  return (ms * 1e6) / (repeats * jobs);
}
