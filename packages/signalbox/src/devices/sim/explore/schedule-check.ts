/**
 * What a schedule may say: names that there are, and numbers that make sense. A file may be of an older core, or edited by hand, and a run
 * with what nobody knows would keep every promise, since nothing of it happens.
 */
import { SignalboxError } from "../../../errors.ts";
import { coreSites } from "../../../faults.ts";
import type { FaultSite } from "./scenario.ts";
import type { Schedule } from "./schedule.ts";

/** What is checked: all that a run depends on, but for how it is chosen. */
export type Recipe = Pick<
  Schedule,
  "size" | "faults" | "faultBudget" | "sites" | "strikeBudget" | "seed" | "microtasksFirst"
>;

/** The names of all faults: a record, so that none can be missing. */
const faultSites: Readonly<Record<FaultSite, true>> = {
  "run throws": true,
  "run throws late": true,
  "run answers done": true,
  "cancel throws": true,
  "release throws": true,
  "flush throws": true,
  "listener throws": true,
  "submission throws": true,
  "timer is early": true,
  "job fails": true,
  "job hangs": true,
  "interrupt is lost": true,
  "restart fails": true,
  "firmware refuses": true,
  "device is lost": true,
};

/** Throws EINVAL for what makes no sense, with what that is. */
export function checkRecipe(recipe: Readonly<Partial<Record<keyof Recipe, unknown>>>): asserts recipe is Recipe {
  const { size, faults, faultBudget, sites = [], strikeBudget = 0, seed, microtasksFirst = false } = recipe;
  if (!isRecord(size)) throw broken('"size" is no object');
  for (const [name, number] of Object.entries(size))
    if (!isCount(number)) throw broken(`"size": "${name}" is ${text(number)}, no whole number from 0`);
  for (const [name, number] of Object.entries({ faultBudget, strikeBudget }))
    if (!isCount(number)) throw broken(`"${name}" is ${text(number)}, no whole number from 0`);
  if (!Number.isInteger(seed)) throw broken(`"seed" is ${text(seed)}, no whole number`);
  if (typeof microtasksFirst !== "boolean") throw broken('"microtasksFirst" is neither true nor false');
  checkNames("faults", faults, Object.keys(faultSites), "there is no such fault");
  checkNames("sites", sites, coreSites, "there is no such site in this core");
}

function checkNames(field: string, names: unknown, known: readonly string[], none: string): void {
  if (!Array.isArray(names)) throw broken(`"${field}" is no list`);
  for (const name of names as unknown[]) {
    if (typeof name !== "string") throw broken(`"${field}" has ${text(name)} in it, which is no name`);
    if (!known.includes(name)) throw broken(`"${field}" has "${name}", and ${none} (any more): ${known.join(", ")}`);
  }
}

/** A schedule that can't be run. */
export function broken(what: string): SignalboxError {
  return new SignalboxError("EINVAL", `This schedule is broken: ${what}`);
}

/** Whether it is a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
