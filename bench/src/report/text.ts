/**
 * What the benchmark prints: a head, a table or lines for each case, and a last line of figures.
 */
import type { Machine } from "../harness/machine.ts";
import type { CaseResult, ContestResult, Standing } from "../harness/results.ts";
import type { Settings } from "../harness/rounds.ts";
import { bytes, perSecond, percent, time, times } from "./figures.ts";
import { barsHeld } from "./held.ts";
import type { BarResult } from "./held.ts";
import { table } from "./table.ts";

/** Where the figures come from and how they were got. */
export function headText(machine: Machine, { rounds, roundMs, quick }: Settings): string {
  const { cpu, cores, memoryGiB, system, load, node, v8, commit, date } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, load ${load.toFixed(1)}`,
    `Node ${node}, V8 ${v8}, commit ${commit}, ${date}`,
    `${rounds} interleaved rounds of about ${roundMs} ms${quick ? " (quick: orders of magnitude only)" : ""}; medians`,
    "x rival: how many times as fast as the fastest rival. x floor: how many times the time of the floor.",
  ].join("\n");
}

/** One case, with what went wrong in it. */
export function caseText(result: CaseResult): string {
  const lines = [`${result.name}: ${result.title}`, ...bodyLines(result)];
  return [...lines, ...result.wrong.map((what) => `WRONG: ${what}`)].join("\n");
}

function bodyLines(result: CaseResult): readonly string[] {
  switch (result.kind) {
    case "contest":
      return contestLines(result);
    case "proof":
      return result.lines;
    case "skipped":
      return [`SKIPPED: ${result.why}`];
    case "failed":
      return [];
  }
}

function contestLines({ note, standings }: ContestResult): readonly string[] {
  const lines = note === undefined ? [] : [note];
  if (standings.length > 0) lines.push(standingsTable(standings));
  const sum = (of: (standing: Standing) => number): number => standings.reduce((total, one) => total + of(one), 0);
  const repeated = sum((one) => one.repeated);
  const disturbed = sum((one) => one.disturbed);
  if (repeated + disturbed > 0) {
    lines.push(`${repeated} rounds were repeated since another process took the core; ${disturbed} stayed disturbed`);
  }
  for (const { name, reordered } of standings) {
    if (reordered > 0)
      lines.push(`${name}: ${percent(reordered)} of the jobs started out of order, which it doesn't promise`);
  }
  return lines;
}

function standingsTable(standings: readonly Standing[]): string {
  const latencies = standings.some(({ latency }) => latency !== undefined);
  const head = ["", latencies ? "p50" : "a job", "jobs/s", "spread", "x rival", "x floor", "bytes/job", "GC"];
  const rows = standings.map((one) => [
    `  ${one.name}`,
    time(one.ns),
    perSecond(one.ns),
    percent(one.spread),
    times(one.speedToRival),
    times(one.timeToFloor),
    bytes(one.bytesPerJob),
    percent(one.gcShare),
    ...(latencies ? [time(one.latency?.p99 ?? NaN)] : []),
  ]);
  return table([latencies ? [...head, "p99"] : head, ...rows]);
}

/** The verdict, how many bars are held, and each case in one figure: signalbox beside its best rival, or what a proof found. */
export function lastLine(results: readonly CaseResult[], bars: readonly BarResult[], seconds: number): string {
  const wrong = results.filter((result) => result.wrong.length > 0).map(({ name }) => name);
  const verdict = wrong.length === 0 ? "ok" : `WRONG (${wrong.join(", ")})`;
  const held = bars.length === 0 ? [] : [barsHeld(bars)];
  return [`bench ${verdict} in ${seconds.toFixed(1)} s`, ...held, ...results.map(figureOf)].join(" | ");
}

function figureOf(result: CaseResult): string {
  const { name } = result;
  switch (result.kind) {
    case "contest": {
      const own = result.standings.find(({ role }) => role === "signalbox");
      if (own === undefined) return `${name}: nothing`;
      const { ns, speedToRival, timeToFloor } = own;
      const rival = speedToRival === undefined ? "" : `, ${times(speedToRival)} ${result.bestRival ?? ""}`;
      const floor = timeToFloor === undefined ? "" : `, ${times(timeToFloor)} floor`;
      return `${name}: ${time(ns)}${rival}${floor}`;
    }
    case "proof":
      return `${name}: ${result.summary}`;
    case "skipped":
      return `${name}: SKIPPED`;
    case "failed":
      return `${name}: failed`;
  }
}
