/**
 * The command line: `npm run bench -- [--quick] [--json FILE] [CASE...]`.
 */
import { parseArgs } from "node:util";
import { caseNames, casesFor } from "./cases.ts";
import type { Settings } from "./harness/rounds.ts";

/** What is to be done. */
export type Options =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string }
  | {
      readonly kind: "run";
      readonly cases: readonly string[];
      readonly settings: Settings;
      readonly json: string | undefined;
    };

const thorough: Settings = { rounds: 9, roundMs: 150, quick: false };
/** Enough to see that everything works, and the order of magnitude. */
const quickly: Settings = { rounds: 5, roundMs: 5, quick: true };

/** Reads the arguments; never throws. */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { quick: { type: "boolean" }, json: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) return { kind: "help" };
    if (values.json === "") return { kind: "mistake", message: "--json needs the name of a file" };
    const unknown = positionals.find((name) => casesFor(name).length === 0);
    if (unknown !== undefined) return { kind: "mistake", message: `There is no case "${unknown}"` };
    return {
      kind: "run",
      cases: positionals.length === 0 ? caseNames : chosen(positionals),
      settings: values.quick === true ? quickly : thorough,
      json: values.json,
    };
  } catch (error) {
    return { kind: "mistake", message: error instanceof Error ? error.message : String(error) };
  }
}

// Each once, in the order of the list, however they were asked for.
function chosen(names: readonly string[]): readonly string[] {
  const wanted = new Set(names.flatMap(casesFor));
  return caseNames.filter((name) => wanted.has(name));
}

/** How to call the benchmark. */
export function usage(): string {
  return [
    "npm run bench -- [--quick] [--json FILE] [CASE...]",
    "",
    "  --quick      all cases in less than a minute: shows that everything works, and the order of magnitude",
    "  --json FILE  writes the results there, too",
    "  --help       prints this",
    "",
    "Cases (a group such as `lifecycle`, or the last part of a name, will do; all if none is named):",
    ...caseNames.map((name) => `  ${name}`),
  ].join("\n");
}
