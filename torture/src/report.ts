/** What is printed: the figures of a run, as lines to be read. */
import type { Totals } from "./harness/books.ts";
import { mib } from "./harness/run.ts";
import type { RunResult } from "./harness/run.ts";
import type { ResetsResult } from "./sim/resets.ts";
import type { SoakResult } from "./sim/soak.ts";

/** The sums of jobs: `submitted = done + failed + cancelled`, with the numbers. */
export function sums({ submitted, done, failed, cancelled }: Totals): string {
  const sign = submitted === done + failed + cancelled ? "=" : "is not";
  return `${number(submitted)} submitted ${sign} ${number(done)} done + ${number(failed)} failed + ${number(cancelled)} cancelled`;
}

/** What happened how often. */
export function countsText(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([what, count]) => `  ${String(count).padStart(8)}  ${what}`).join("\n");
}

/** The soak's line. */
export function soakText({ totals, resets, retried, faults, took }: SoakResult): string {
  const faulty = [...faults.values()].reduce((sum, count) => sum + count, 0);
  return `sim: ${sums(totals)}; ${number(faulty)} faults, ${resets} resets, ${number(retried)} retries, ${totals.queues} queues, ${(took / 1000).toFixed(1)} s`;
}

/** The line of the resets in a row. */
export function resetsText({ resets, jobs, retried, ended, lost }: ResetsResult): string {
  const gone = lost === 0 ? "none" : number(lost);
  return `sim: ${resets} resets in a row over ${number(jobs)} jobs: ${number(retried)} retries, ${number(ended)} ended by them, ${gone} lost`;
}

/** The line of the rounds on real devices. */
export function roundsText({ rounds, totals, growth, holdings }: RunResult): string {
  const heap = growth === undefined ? mib(holdings.heap) : `${mib(growth.first)} -> ${mib(growth.last)}`;
  const threads = holdings.threads === undefined ? "" : `, ${holdings.threads} of the process`;
  const files = holdings.files === undefined ? "" : `, ${holdings.files.length} open files`;
  return (
    `${rounds} rounds: ${sums(totals)}; ${totals.queues} queues; ` +
    `left: ${holdings.workers} worker threads${threads}, ${holdings.children?.length ?? "unknown"} processes${files}, heap ${heap}`
  );
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
