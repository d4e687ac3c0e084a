/** The command line: `npm run torture -- [--minutes N] [--seed S] [--only LOADS] [--jobs N] [--round R]`. */
import { parseArgs } from "node:util";

/** What there is to torture. */
export const loadNames = ["threads", "gpu", "isolated", "sim"] as const;
export type LoadName = (typeof loadNames)[number];

/** What is to be done. */
export type Options =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string }
  | {
      readonly kind: "run";
      readonly only: readonly LoadName[];
      readonly minutes: number;
      /** Undefined: one by chance. */
      readonly seed: number | undefined;
      /** How many jobs the soak in virtual time has. */
      readonly jobs: number;
      /** The one round to be had again; undefined for all. */
      readonly round: number | undefined;
    };

const JOBS = 1_000_000;

/** Reads the arguments; never throws. */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string" },
        seed: { type: "string" },
        only: { type: "string" },
        jobs: { type: "string" },
        round: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return { kind: "help" };
    const only = namesOf(values.only ?? (values.jobs === undefined ? loadNames.join(",") : "sim"));
    const jobs = numberOf("jobs", values.jobs, 1);
    return {
      kind: "run",
      only,
      minutes: numberOf("minutes", values.minutes, 0, false) ?? 1,
      seed: numberOf("seed", values.seed, 0),
      // Beside real devices it is a first look, and alone the whole of it.
      jobs: jobs ?? (only.length === 1 ? JOBS : JOBS / 10),
      round: numberOf("round", values.round, 0),
    };
  } catch (error) {
    return { kind: "mistake", message: error instanceof Error ? error.message : String(error) };
  }
}

function namesOf(list: string): readonly LoadName[] {
  return list.split(",").map((name) => {
    const found = loadNames.find((known) => known === name);
    if (found === undefined) throw new RangeError(`--only takes ${loadNames.join(", ")} (got "${name}")`);
    return found;
  });
}

function numberOf(flag: string, text: string | undefined, least: number, whole = true): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const fits = text !== "" && value >= least && value < 2 ** 32 && (!whole || Number.isInteger(value));
  if (!fits) throw new RangeError(`--${flag} takes a ${whole ? "whole " : ""}number from ${least} (got "${text}")`);
  return value;
}

/** How to call it. */
export function usage(): string {
  return [
    "npm run torture -- [--minutes N] [--seed S] [--only LOADS] [--jobs N] [--round R]",
    "",
    "  --minutes N   for how long rounds on real devices are begun; 1 if left out",
    "  --seed S      what every decision comes from; one by chance, and printed, if left out",
    `  --only LOADS  some of ${loadNames.join(", ")}, with commas between them`,
    "  --jobs N      jobs in virtual time, with a fault in each hundredth, and 500 resets in a row; alone if no --only is given",
    "  --round R     this round alone, of what failed before",
    "  --help        prints this",
    "",
    "Exit code 0 when everything was clean, 1 when something was wrong, 2 for a mistake in the command line.",
  ].join("\n");
}
