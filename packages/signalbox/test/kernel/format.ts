/**
 * The format of recorded answers: one JSON object per line, one line per sequence of operations.
 *
 *     {"id","area","note"?,"steps":[{"op","args","as"?,"ret","errno"?,"out"?,"alt"?}]}
 *
 * A line is checked whole before anything is replayed, so that a broken file is never taken for a mismatch. Fields that
 * say how the kernel felt about a step (`warn`, `lockdep`) are not answers, and are left where they are. A line with
 * `tasks` is a verdict of lockdep's: lockdep/lockdep-format.ts reads it.
 */
import { FormatError } from "./format-error.ts";
import { isLockdepLine, parseLockdepLine } from "./lockdep/lockdep-format.ts";
import type { LockdepLine } from "./lockdep/lockdep-format.ts";

/** What an operation answered: the kernel's, as recorded, or ours. */
export interface Answer {
  /** 0, or -1 for an error; of `poll` the number of ready files. */
  readonly ret: number;
  /** The error's name. */
  readonly errno?: string;
  /** What it wrote or found, by name. Absent and empty mean the same. */
  readonly out?: Readonly<Record<string, unknown>>;
}

/** What an operation is given: numbers, names of objects, lists of them. */
export type Args = Readonly<Record<string, unknown>>;

/** One operation, and the kernel's answer to it. */
export interface Step {
  readonly op: string;
  readonly args: Args;
  /** What the object that it makes is called from here on, if it makes one. */
  readonly as?: string;
  readonly answer: Answer;
  /** The other answer of the same kernel, built for debugging: as good as the first. */
  readonly alt?: Answer;
}

/** Operations that follow one another on objects of their own. */
export interface Sequence {
  /** Where it stands: `file:line`. */
  readonly at: string;
  readonly id: string;
  readonly area: string;
  readonly steps: readonly Step[];
}

/** A file of recordings. */
export interface Recording {
  readonly file: string;
  readonly sequences: readonly Sequence[];
  readonly verdicts: readonly LockdepLine[];
}

/**
 * Reads a file's text.
 *
 * @throws FormatError for the first line that is not in the format
 */
export function parseRecording(file: string, text: string): Recording {
  const sequences: Sequence[] = [];
  const verdicts: LockdepLine[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = `${file}:${index + 1}`;
    const value = record(json(line, at), at, "a line");
    if (isLockdepLine(value)) verdicts.push(parseLockdepLine(at, value));
    else sequences.push(sequenceOf(value, at));
  }
  return { file, sequences, verdicts };
}

function sequenceOf(value: Record<string, unknown>, at: string): Sequence {
  const steps = value["steps"];
  if (!Array.isArray(steps) || steps.length === 0)
    throw wrong(at, `"steps" must be a list, and not an empty one`, steps);
  return {
    at,
    id: text(value, "id", at, "a line"),
    area: text(value, "area", at, "a line"),
    steps: steps.map((step, index) => stepOf(step, at, `step ${index}`)),
  };
}

function stepOf(value: unknown, at: string, what: string): Step {
  const step = record(value, at, what);
  return {
    op: text(step, "op", at, what),
    args: record(step["args"] ?? {}, at, `"args" of ${what}`),
    ...("as" in step ? { as: text(step, "as", at, what) } : {}),
    answer: answerOf(step, at, what),
    ...("alt" in step ? { alt: answerOf(record(step["alt"], at, `"alt" of ${what}`), at, `"alt" of ${what}`) } : {}),
  };
}

function answerOf(step: Record<string, unknown>, at: string, what: string): Answer {
  const { ret } = step;
  if (typeof ret !== "number" || !Number.isInteger(ret)) throw wrong(at, `${what} needs "ret", a whole number`, ret);
  if (ret < 0 !== "errno" in step) throw wrong(at, `${what} must have "errno" just when "ret" is negative`, step);
  return {
    ret,
    ...("errno" in step ? { errno: text(step, "errno", at, what) } : {}),
    ...("out" in step ? { out: record(step["out"], at, `"out" of ${what}`) } : {}),
  };
}

function json(line: string, at: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new FormatError(`${at}: this is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function record(value: unknown, at: string, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(at, `${what} must be an object`, value);
  return value as Record<string, unknown>;
}

function text(from: Record<string, unknown>, key: string, at: string, what: string): string {
  const value = from[key];
  if (typeof value !== "string" || value === "") throw wrong(at, `${what} needs "${key}", a string`, value);
  return value;
}

function wrong(at: string, message: string, found: unknown): FormatError {
  const shown = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80);
  return new FormatError(`${at}: ${message}; found ${shown}`);
}
