/** What `signalbox check` prints: a line for each scenario, one while it goes on, and one of figures at the end. */
import { coreSites } from "signalbox/sim";
import type { Exploration, Figures } from "signalbox/sim";
import { grouped } from "../trace/format.ts";

/** Beside each scenario's name. */
const NAME_WIDTH = 25;

function perSecond(schedules: number, time: number): string {
  return `${grouped(Math.round((schedules / Math.max(time, 1)) * 1000))}/s`;
}

function counts({ schedules, states, pruned, time }: Figures): string {
  return [
    `${grouped(schedules)} schedules`,
    perSecond(schedules, time),
    `${grouped(states)} states`,
    `${grouped(pruned)} pruned`,
  ].join("  ");
}

/** How far a scenario has got. */
export function progressLine(figures: Figures): string {
  return `${figures.scenario.padEnd(NAME_WIDTH)} ${counts(figures)}  ${figures.phase}`;
}

/** What came of a scenario. */
export function scenarioLine(exploration: Exploration): string {
  const { scenario, complete, completeWithFaults, found } = exploration;
  const all = (bound: number): string => (bound < 0 ? "none" : `up to ${bound}`);
  const deviations = Math.min(complete, completeWithFaults + 1);
  const verdict = found === undefined ? "kept" : "BROKEN";
  const bounds = `all schedules by preemptions: ${all(complete)}, with a fault: ${all(completeWithFaults)}; by deviations: ${all(deviations)}`;
  return `${scenario.padEnd(NAME_WIDTH)} ${counts(exploration)}  ${bounds}  ${verdict}`;
}

/** The last line. */
export function lastLine(explorations: readonly Exploration[], seed: number): string {
  const sum = (of: (each: Exploration) => number): number => explorations.reduce((total, each) => total + of(each), 0);
  const schedules = sum((each) => each.schedules);
  const time = sum((each) => each.time);
  const broken = explorations.filter(({ found }) => found !== undefined).length;
  return [
    `${explorations.length} scenario${explorations.length === 1 ? "" : "s"}`,
    `${grouped(schedules)} schedules`,
    perSecond(schedules, time),
    `${grouped(sum((each) => each.states))} states`,
    `${grouped(sum((each) => each.pruned))} pruned`,
    strikesOf(explorations),
    `${(time / 1000).toFixed(1)} s`,
    `seed ${seed}`,
    broken === 0 ? "every promise kept" : `${broken} BROKEN`,
  ].join(" | ");
}

/** The command that tells a schedule again, for a shell: with the file of its scenario, where that isn't one of the package. */
export function againLine(scenarioFile: string | undefined, scheduleFile: string): string {
  const scenario = scenarioFile === undefined ? [] : [quoted(scenarioFile)];
  return ["again:    signalbox check", ...scenario, "--replay", quoted(scheduleFile)].join(" ");
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** How often the core took a rare way, and at how many of the places where it may. */
function strikesOf(explorations: readonly Exploration[]): string {
  const counts = coreSites.map((site) => explorations.reduce((total, { strikes }) => total + strikes[site], 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return `${grouped(total)} strikes at ${counts.filter((count) => count > 0).length} of ${coreSites.length} sites`;
}
