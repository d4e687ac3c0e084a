/**
 * The format of recorded verdicts: one JSON object per line, one line per boot of a kernel with its lockdep on.
 *
 *     {"id","note"?,"tasks":[{"task","complain"}],"complaint":null|{"task","op"?,"opName"?,"kind"}}
 *
 * A task is `context: op; op; ...`, where the context is `thread`, `irq` or `workN`. lockdep stops at its first complaint,
 * so that only that one counts.
 */
import { FormatError } from "../format-error.ts";

/** One task of a line. */
export interface LockdepTask {
  readonly context: string;
  readonly ops: readonly string[];
}

/** Where lockdep complained. */
export interface Complaint {
  /** The task, from 0. */
  readonly task: number;
  /** The operation in it, from 0; undefined where the recording doesn't say. */
  readonly op: number | undefined;
  readonly kind: string;
}

/** One line: tasks that run one after the other, and the kernel's verdict. */
export interface LockdepLine {
  /** Where it stands: `file:line`. */
  readonly at: string;
  readonly id: string;
  readonly tasks: readonly LockdepTask[];
  readonly complaint: Complaint | null;
}

/** Whether a value read from a file is such a line, and not one of operations. */
export function isLockdepLine(value: unknown): boolean {
  return typeof value === "object" && value !== null && "tasks" in value;
}

/** Reads one line; `at` is where it stands. Throws FormatError for one that is not in the format. */
export function parseLockdepLine(at: string, value: unknown): LockdepLine {
  if (!isRecord(value)) throw new FormatError(`${at}: a line must be an object`);
  const { id, tasks, complaint } = value;
  if (typeof id !== "string" || id === "") throw new FormatError(`${at}: a line needs "id", a string`);
  if (!Array.isArray(tasks) || tasks.length === 0)
    throw new FormatError(`${at}: "tasks" must be a list, and not an empty one`);
  return {
    at,
    id,
    tasks: tasks.map((task: unknown) => parseTask(at, task)),
    complaint: complaint === null || complaint === undefined ? null : parseComplaint(at, complaint, tasks.length),
  };
}

function parseTask(at: string, value: unknown): LockdepTask {
  const text = isRecord(value) ? value["task"] : undefined;
  const found = typeof text === "string" ? /^(thread|irq|work\d+):\s*(.*)$/.exec(text) : null;
  if (found === null) throw new FormatError(`${at}: a task is "context: op; op" (found ${JSON.stringify(text)})`);
  const ops = (found[2] ?? "").split(";").map((op) => op.trim());
  return { context: found[1] ?? "", ops: ops.filter((op) => op !== "") };
}

function parseComplaint(at: string, value: unknown, tasks: number): Complaint {
  if (!isRecord(value)) throw new FormatError(`${at}: "complaint" must be an object, or null`);
  const { task, op, kind } = value;
  if (typeof task !== "number" || !(task >= 0 && task < tasks))
    throw new FormatError(`${at}: "complaint" must name a task of the line (found ${JSON.stringify(task)})`);
  if (op !== undefined && typeof op !== "number") throw new FormatError(`${at}: "op" must be a number`);
  return { task, op, kind: typeof kind === "string" ? kind : "" };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
