/**
 * Schedules: what was chosen in a run, as a value that can be printed, kept and followed again.
 *
 * A schedule file holds all that a run depends on. It is either complete (every choice) or a recipe (the seed of what chooses), which is
 * what is kept of a run before it begins.
 */
import { SignalboxError } from "../../../errors.ts";
import type { CoreSite } from "../../../faults.ts";
import type { Violation } from "../judge/verdict.ts";
import type { FaultSite, Size } from "./scenario.ts";
import { broken, checkRecipe, isCount, isRecord } from "./schedule-check.ts";

/** One choice: of the lane that takes a step, or of a way that a step goes. */
export interface Choice {
  readonly kind: "step" | "way";
  /** The place of what was chosen, from 0. */
  readonly place: number;
  /** Among how many. */
  readonly count: number;
  /** The name of the lane, or what the ways are about. */
  readonly name: string;
}

/** How the choices of a run are made. */
export type How =
  /** As in this list; after its end, the lane goes on that took the step before, or else the first. */
  | { readonly kind: "choices"; readonly choices: readonly Choice[] }
  /** By chance. */
  | { readonly kind: "random"; readonly seed: number }
  /** By chance, with priorities that change `depth - 1` times within about `length` steps. */
  | { readonly kind: "pct"; readonly seed: number; readonly depth: number; readonly length: number };

/** A run, as a file keeps it. */
export interface Schedule {
  readonly format: "signalbox-schedule/1";
  readonly scenario: string;
  readonly size: Size;
  readonly faults: readonly FaultSite[];
  readonly faultBudget: number;
  /** The sites of the core that are switched on; none if left out. */
  readonly sites?: readonly CoreSite[];
  /** How often they may strike; if left out, each time is one of the faults. */
  readonly strikeBudget?: number;
  /** Of the platform's random numbers. */
  readonly seed: number;
  /** Whether microtasks come right after the step that asked for them; at any time if left out. */
  readonly microtasksFirst?: boolean;
  readonly how: How;
  /** What it broke, where that is known. */
  readonly violation?: Violation;
}

/** The choices in a line, for people: a lane for each step, and the ways that aren't the first. */
export function printChoices(choices: readonly Choice[]): string {
  return choices
    .filter(({ kind, place }) => kind === "step" || place > 0)
    .map(({ kind, place, name }) => (kind === "step" ? name : `(${name}: ${place})`))
    .join(" > ");
}

/** A schedule as the text of a file: JSON, one choice a line. */
export function writeSchedule(schedule: Schedule): string {
  const { how, ...rest } = schedule;
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  if (how.kind !== "choices") return `${head},\n  "how": ${JSON.stringify(how)}\n}\n`;
  const lines = how.choices.map(
    ({ kind, place, count, name }) => `      ${JSON.stringify([kind, place, count, name])}`,
  );
  return `${head},\n  "how": {\n    "kind": "choices",\n    "choices": [\n${lines.join(",\n")}\n    ]\n  }\n}\n`;
}

/** Reads what {@link writeSchedule} wrote. Throws EINVAL for anything else, with what is wrong. */
export function readSchedule(text: string): Schedule {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SignalboxError("EINVAL", "This is no schedule: it is not JSON", { cause: error });
  }
  if (!isRecord(value) || value["format"] !== "signalbox-schedule/1")
    throw new SignalboxError("EINVAL", 'This is no schedule: "format" is not "signalbox-schedule/1"');
  const { scenario, size, faults, faultBudget, sites, strikeBudget, seed, microtasksFirst, how, violation } = value;
  if (typeof scenario !== "string") throw broken("it doesn't say what it is a schedule of");
  const recipe = { size, faults, faultBudget, sites, strikeBudget, seed, microtasksFirst };
  checkRecipe(recipe);
  return {
    format: "signalbox-schedule/1",
    scenario,
    size: recipe.size,
    faults: recipe.faults,
    faultBudget: recipe.faultBudget,
    ...(recipe.sites === undefined ? {} : { sites: recipe.sites }),
    ...(recipe.strikeBudget === undefined ? {} : { strikeBudget: recipe.strikeBudget }),
    seed: recipe.seed,
    ...(microtasksFirst === true ? { microtasksFirst } : {}),
    how: readHow(how),
    ...(violation === undefined ? {} : { violation: readViolation(violation) }),
  };
}

function readHow(how: unknown): How {
  if (isRecord(how)) {
    const { kind, seed, depth, length, choices } = how;
    if (kind === "random" && isNumber(seed)) return { kind, seed };
    if (kind === "pct" && isNumber(seed) && isCount(depth) && isCount(length)) return { kind, seed, depth, length };
    if (kind === "choices" && Array.isArray(choices)) return { kind, choices: choices.map(readChoice) };
  }
  throw broken('"how" is no way to choose');
}

function readChoice(choice: unknown, index: number): Choice {
  if (Array.isArray(choice)) {
    const [kind, place, count, name] = choice as unknown[];
    const isPlace = isCount(place) && isCount(count) && place < count;
    if ((kind === "step" || kind === "way") && isPlace && typeof name === "string") return { kind, place, count, name };
  }
  throw broken(`choice ${index} makes no sense`);
}

function readViolation(violation: unknown): Violation {
  if (isRecord(violation)) {
    const { promise, sentence } = violation;
    if (isCount(promise) && typeof sentence === "string") return { promise, sentence };
  }
  throw broken('"violation" is none');
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}
