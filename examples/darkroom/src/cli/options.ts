/**
 * Options: the command line, checked.
 *
 * Invariants
 *  L1  Every flag is in FLAGS, which the parser and the help text share; an unknown one is a mistake, never ignored.
 *  L2  A mistake says what is wrong and, in its hint, what to do instead; the program then ends with USAGE_EXIT_CODE.
 *  L3  `--help` wins over everything but a mistake.
 */
import { parseArgs } from "node:util";
import { causeText } from "../errors.ts";
import type { OutputFormat } from "../files/encode.ts";
import { parseBytes } from "./bytes.ts";
import { nearest } from "./nearest.ts";

/** What the program ends with after a mistake on the command line. */
export const USAGE_EXIT_CODE = 2;

/** Where the kernels run; `auto` takes a GPU if there is one. */
export type DeviceChoice = "auto" | "webgpu" | "workers";

/** Everything that can be chosen. */
export interface Options {
  /** Folder with the photos; absent: NASA's pictures from the npm package three-globe. */
  readonly input?: string;
  readonly output: string;
  readonly format: OutputFormat;
  readonly device: DeviceChoice;
  /** Most output rows of a strip. */
  readonly stripRows: number;
  /** Bytes that may be in flight in a queue. */
  readonly credits: number;
  /** Threads; absent: as many as the machine can run at once. */
  readonly workers?: number;
  readonly trace?: string;
  readonly compare: boolean;
}

/** What a command line asks for. */
export type Request =
  | { readonly kind: "run"; readonly options: Options }
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string; readonly hint: string };

/** What is taken where nothing is said. */
export const DEFAULTS: Options = {
  output: "developed",
  format: "png",
  device: "auto",
  stripRows: 256,
  credits: 64 * 2 ** 20,
  compare: false,
};

/** The flags, as util.parseArgs takes them. */
export const FLAGS = {
  input: { type: "string", short: "i" },
  output: { type: "string", short: "o" },
  format: { type: "string" },
  device: { type: "string", short: "d" },
  "strip-rows": { type: "string" },
  credits: { type: "string" },
  workers: { type: "string" },
  trace: { type: "string" },
  compare: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** A flag that cannot be used as it was. */
class Mistake extends Error {
  readonly hint: string;

  constructor(message: string, hint = "Run with --help to see every flag.") {
    super(message);
    this.hint = hint;
  }
}

/** Reads a command line (without the program's own name). */
export function parseOptions(args: readonly string[]): Request {
  try {
    const flags = parseFlags(args);
    const options = readOptions(flags);
    return flags.help === true ? { kind: "help" } : { kind: "run", options };
  } catch (error) {
    if (error instanceof Mistake) return { kind: "mistake", message: error.message, hint: error.hint };
    throw error;
  }
}

type Flags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>["values"];

function parseFlags(args: readonly string[]): Flags {
  rejectUnknown(args);
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const [sentence = "", ...advice] = causeText(error).split("\n");
    throw new Mistake(`${sentence.replace(/\.$/, "")}.`, advice.length === 0 ? undefined : advice.join(" "));
  }
}

/** Says more about an unknown flag or a stray word than parseArgs does. */
function rejectUnknown(args: readonly string[]): void {
  const { tokens } = parseArgs({ args: [...args], options: FLAGS, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw new Mistake(`"${token.value}" is not a flag.`, "Name the folder with your photos by --input DIR.");
    }
    if (token.kind === "option" && !Object.hasOwn(FLAGS, token.name)) {
      const near = nearest(token.name, Object.keys(FLAGS));
      throw new Mistake(
        `There is no flag ${token.rawName}.`,
        near === undefined ? undefined : `Did you mean --${near}?`,
      );
    }
  }
}

function readOptions(flags: Flags): Options {
  return {
    ...optional("input", readPath("input", flags.input)),
    output: readPath("output", flags.output) ?? DEFAULTS.output,
    format: readChoice("format", flags.format, ["png", "jpeg"]) ?? DEFAULTS.format,
    device: readChoice("device", flags.device, ["auto", "webgpu", "workers"]) ?? DEFAULTS.device,
    stripRows: readCount("strip-rows", flags["strip-rows"], 1_000_000) ?? DEFAULTS.stripRows,
    credits: readBytes("credits", flags.credits) ?? DEFAULTS.credits,
    ...optional("workers", readCount("workers", flags.workers, 256)),
    ...optional("trace", readPath("trace", flags.trace)),
    compare: flags.compare ?? DEFAULTS.compare,
  };
}

function readPath(flag: string, value: string | undefined): string | undefined {
  if (value === "") throw new Mistake(`--${flag} is given an empty name.`, `Write --${flag} and a path.`);
  return value;
}

function readChoice<const T extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const choice = choices.find((name) => name === value);
  if (choice === undefined)
    throw new Mistake(`--${flag} cannot be "${value}".`, `It is one of: ${choices.join(", ")}.`);
  return choice;
}

function readCount(flag: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const count = /^\d+$/.test(value) ? Number(value) : NaN;
  if (count >= 1 && count <= most) return count;
  throw new Mistake(`--${flag} cannot be "${value}".`, `It is a whole number from 1 to ${most}.`);
}

function readBytes(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const bytes = parseBytes(value);
  if (bytes !== undefined) return bytes;
  throw new Mistake(`--${flag} cannot be "${value}".`, "It is a number of bytes, such as 64MiB, 500kB or 4096.");
}

/** A property that is left out where it has no value. */
function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
