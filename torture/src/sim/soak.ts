/** The soak: epochs, one after the other, until so many jobs have been submitted. */
import type { Totals } from "../harness/books.ts";
import { playEpoch } from "./epoch.ts";
import type { EpochResult } from "./epoch.ts";

/** How many jobs an epoch has: so many are kept until its books are closed. */
const EPOCH = 20_000;

/** What came of all epochs of a soak. */
export interface SoakResult extends EpochResult {
  /** In ms. */
  readonly took: number;
}

/** Plays as many jobs; ends at the first epoch in which something is wrong. */
export async function soak(seed: number, jobs: number): Promise<SoakResult> {
  const began = performance.now();
  const totals: Totals = { submitted: 0, done: 0, failed: 0, cancelled: 0, queues: 0 };
  const faults = new Map<string, number>();
  let resets = 0;
  let retried = 0;
  let wrong: readonly string[] = [];
  for (let number = 0; totals.submitted < jobs && wrong.length === 0; number++) {
    const epoch = await playEpoch(seed, number, Math.min(EPOCH, jobs - totals.submitted));
    for (const key of Object.keys(totals) as (keyof Totals)[]) totals[key] += epoch.totals[key];
    for (const [fault, count] of epoch.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
    resets += epoch.resets;
    retried += epoch.retried;
    ({ wrong } = epoch);
  }
  return { totals, faults, resets, retried, wrong, took: performance.now() - began };
}
