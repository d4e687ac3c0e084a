/**
 * Rounds of the loads in turn, for as long as asked; after each one stock is taken of what it left behind.
 *
 * Invariants:
 * - A round's number and the seed say all that it does, so that one round can be had again.
 * - The first failed round ends the run: what comes after would be blamed for what it left.
 * - What the process starts once and keeps (Node's own threads, those of a GPU driver, and the files that they have open) is there after the
 *   warm-up, and each later round has to leave no more threads and open files than there were then. Of what a round starts itself nothing may be left, from the first one on.
 */
import { playRound } from "../load/round.ts";
import type { Load } from "../load/round.ts";
import type { Totals } from "./books.ts";
import { grew, growthOf, WARM_UP } from "./heap.ts";
import type { Growth } from "./heap.ts";
import { leftBehind, takeStock, takeStockWhenSettled } from "./leftovers.ts";
import type { Holdings } from "./leftovers.ts";

/** What is to be done. */
export interface RunSettings {
  readonly loads: readonly Load[];
  readonly seed: number;
  /** For how long new rounds are begun, in ms. */
  readonly time: number;
  /** The number of the first round; with `rounds`, to have one again. */
  readonly firstRound: number;
  /** How many rounds at the most. */
  readonly rounds: number;
}

/** What came of it. */
export interface RunResult {
  readonly rounds: number;
  readonly totals: Totals;
  readonly counts: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
  readonly growth: Growth | undefined;
  readonly holdings: Holdings;
}

/** Plays rounds; `told` hears of each. Never rejects. */
export async function run(settings: RunSettings, told: (line: string) => void = () => {}): Promise<RunResult> {
  const { loads, seed, time, firstRound } = settings;
  const end = performance.now() + time;
  const totals: Totals = { submitted: 0, done: 0, failed: 0, cancelled: 0, queues: 0 };
  const counts = new Map<string, number>();
  const samples: number[] = [];
  const wrong: string[] = [];
  const warmUp = WARM_UP * loads.length;
  let holdings = await takeStock();
  let normal = holdings;
  let played = 0;
  while (wrong.length === 0 && played < settings.rounds && (performance.now() < end || played < loads.length)) {
    const round = firstRound + played;
    const load = loads[round % loads.length]!;
    const warming = played < warmUp;
    const result = await playRound(load, seed, round);
    played++;
    add(totals, counts, result.totals, result.counts);
    holdings = await takeStockWhenSettled(normal, warming ? 500 : undefined);
    if (warming) normal = { ...normal, threads: holdings.threads, files: holdings.files };
    else samples.push(holdings.heap);
    const left = leftBehind(normal, holdings).map((what) => `left behind: ${what}`);
    told(`round ${round}, ${load.name}: ${result.totals.submitted} jobs, heap ${mib(holdings.heap)}`);
    if (result.wrong.length + left.length > 0) {
      const names = loads.map(({ name }) => name).join(",");
      wrong.push(`round ${round} of ${load.name}, to be had again by --only ${names} --seed ${seed} --round ${round}:`);
      wrong.push(...result.wrong, ...left);
    }
  }
  const growth = growthOf(samples);
  if (growth !== undefined && grew(growth))
    wrong.push(`the heap grew from ${mib(growth.first)} to ${mib(growth.last)}`);
  return { rounds: played, totals, counts, wrong, growth, holdings };
}

/** Bytes in a form to be read. */
export function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function add(totals: Totals, counts: Map<string, number>, more: Totals, moreCounts: ReadonlyMap<string, number>): void {
  for (const key of Object.keys(totals) as (keyof Totals)[]) totals[key] += more[key];
  for (const [what, count] of moreCounts) counts.set(what, (counts.get(what) ?? 0) + count);
}
