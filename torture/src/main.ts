/**
 * `npm run torture`: real devices under random load with faults, for as long as asked, and the core in virtual time; and what is left of it.
 *
 * Exit codes: 0 everything was clean; 1 something was wrong: a job that is not accounted for, a fence that did not signal, something left
 * behind; 2 the command line is.
 */
import { SignalboxError } from "signalbox";
import { openWebGpu } from "signalbox/webgpu";
import { gpu } from "./gpu/load.ts";

import { run } from "./harness/run.ts";
import { isolated } from "./isolated/load.ts";
import type { Load } from "./load/round.ts";
import { readOptions, usage } from "./options.ts";
import type { LoadName, Options } from "./options.ts";
import { countsText, resetsText, roundsText, soakText } from "./report.ts";
import { resetsInARow } from "./sim/resets.ts";
import { soak } from "./sim/soak.ts";
import { threads } from "./threads/load.ts";

const RESETS = 500;

process.exitCode = await main(readOptions(process.argv.slice(2)));

async function main(options: Options): Promise<number> {
  if (options.kind === "help") {
    console.log(usage());
    return 0;
  }
  if (options.kind === "mistake") {
    console.error(`${options.message}\n\n${usage()}`);
    return 2;
  }
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}, Node ${process.versions.node}`);
  const lines: string[] = [];
  const wrong: string[] = [];
  if (options.only.includes("sim")) await virtual(seed, options.jobs, lines, wrong);
  const loads = await realLoads(options.only);
  if (loads.length > 0) await real(loads, seed, options.minutes, options.round, lines, wrong);
  for (const sentence of wrong.slice(0, 50)) console.log(sentence);
  if (wrong.length > 50) console.log(`and ${wrong.length - 50} more`);
  const verdict = wrong.length === 0 ? "clean" : "NOT CLEAN";
  console.log(`torture ${verdict} in ${process.uptime().toFixed(0)} s, seed ${seed} | ${lines.join(" | ")}`);
  return wrong.length === 0 ? 0 : 1;
}

async function virtual(seed: number, jobs: number, lines: string[], wrong: string[]): Promise<void> {
  const soaked = await soak(seed, jobs);
  console.log(countsText(soaked.faults));
  lines.push(soakText(soaked));
  const reset = await resetsInARow(seed, RESETS);
  lines.push(resetsText(reset));
  wrong.push(...soaked.wrong, ...reset.wrong);
}

async function real(
  loads: readonly Load[],
  seed: number,
  minutes: number,
  round: number | undefined,
  lines: string[],
  wrong: string[],
): Promise<void> {
  const time = minutes * 60_000;
  const result = await run(
    { loads, seed, time, firstRound: round ?? 0, rounds: round === undefined ? Infinity : 1 },
    (line) => {
      console.log(line);
    },
  );
  console.log(countsText(result.counts));
  lines.push(roundsText(result));
  wrong.push(...result.wrong);
}

async function realLoads(only: readonly LoadName[]): Promise<Load[]> {
  const loads: Load[] = [];
  if (only.includes("threads")) loads.push(threads);
  if ((only.includes("gpu") || only.includes("isolated")) && (await hasGpu())) {
    if (only.includes("gpu")) loads.push(gpu);
    if (only.includes("isolated")) loads.push(isolated);
  }
  return loads;
}

async function hasGpu(): Promise<boolean> {
  try {
    await (await openWebGpu()).close();
    return true;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
    console.log(`SKIPPED, the load on a GPU: ${error.message}`);
    return false;
  }
}
