/** The command line of `signalbox check`. */
import { parseArguments } from "../arguments.ts";
import { UsageError } from "../command.ts";

/** What was asked for. */
export interface Request {
  /** Names of scenarios, or files that export some. */
  readonly scenarios: readonly string[];
  readonly schedules: number;
  readonly seed: number;
  readonly preemptions: number;
  readonly replay: string | undefined;
  /** The folder that schedules and traces go to. */
  readonly out: string;
}

const options = {
  schedules: { type: "string" },
  seed: { type: "string" },
  preemptions: { type: "string" },
  replay: { type: "string" },
  out: { type: "string" },
} as const;

/** Throws UsageError for what makes no sense. */
export function parseRequest(args: readonly string[]): Request {
  const { values, positionals } = parseArguments("check", args, options);
  return {
    scenarios: positionals,
    schedules: whole("schedules", values.schedules ?? "10000", 1),
    seed: whole("seed", values.seed ?? "1", 0),
    preemptions: whole("preemptions", values.preemptions ?? "2", 0),
    replay: values.replay,
    out: values.out ?? ".",
  };
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text === "" || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${flag} takes a whole number from ${least} (got "${text}")`);
  return value;
}
