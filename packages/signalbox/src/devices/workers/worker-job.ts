/**
 * The worker job: what runs in a thread, as a program writes it down, and the checks that it goes through.
 */
import { SignalboxError } from "../../errors.ts";
import type { JobSpec } from "../../driver.ts";

/** Arguments that are known when the job is made, or are asked for just before it is handed to a thread. */
export type WorkerArgs = readonly unknown[] | (() => readonly unknown[]);

/**
 * A job for a worker thread: a call of an export of a module.
 *
 * @example
 * ```ts
 * const decode = queue.job<Picture>({
 *   module: new URL("./decode.js", import.meta.url),
 *   export: "decode",
 *   args: [file],
 *   transfer: [file],
 * });
 * ```
 */
export interface WorkerJob extends JobSpec {
  /**
   * The module, as an absolute URL: `new URL("./job.js", import.meta.url)`, or `import.meta.resolve("package/job.js")`
   * for one of a package. A relative or bare name is refused: a thread can't know relative to what.
   */
  readonly module: string | URL;
  /** The function's name among the module's exports; "default" if left out. A promise that it returns is awaited. */
  readonly export?: string;
  /**
   * What it is called with; nothing if left out. Cloned. A function is called once, just before the job is handed to a
   * thread, when the job's dependencies have signalled: so it may use their results. If it throws, the job fails with
   * EIO; if what it answers can't be cloned, with EINVAL and the DataCloneError.
   */
  readonly args?: WorkerArgs;
  /** What of the arguments is transferred instead of cloned, and gone for this side. A function gets the arguments. */
  readonly transfer?: readonly Transferable[] | ((args: readonly unknown[]) => readonly Transferable[]);
}

/** Throws SignalboxError EINVAL unless the spec can be run: the `check` of the workers' drivers. */
export function checkWorkerJob(spec: WorkerJob): void {
  checkModule(spec.module);
  if (spec.export !== undefined && (typeof spec.export !== "string" || spec.export === "")) {
    invalid(`"export" is the name of an export (got ${show(spec.export)})`);
  }
  checkList("args", spec.args);
  checkList("transfer", spec.transfer);
}

/** The arguments of a job whose dependencies have signalled. Throws what the spec's function throws. */
export function argsOf(spec: WorkerJob): readonly unknown[] {
  if (typeof spec.args !== "function") return spec.args ?? [];
  const args: unknown = spec.args();
  checkAnswer("args", args);
  return args;
}

/** What is transferred with these arguments. Throws what the spec's function throws. */
export function transferOf(spec: WorkerJob, args: readonly unknown[]): readonly Transferable[] {
  if (typeof spec.transfer !== "function") return spec.transfer ?? [];
  const list: unknown = spec.transfer(args);
  checkAnswer("transfer", list);
  return list as readonly Transferable[];
}

function checkModule(module: unknown): void {
  if (module instanceof URL) return;
  if (typeof module !== "string") invalid(`"module" is a URL or an absolute URL as a string (got ${show(module)})`);
  // A one-letter scheme is the drive of a Windows path.
  if (/^[a-z][a-z\d+.-]+:/i.test(module) && URL.canParse(module)) return;
  const path = /^([a-z]:|\/|\\)/i.test(module);
  const relative = /^\.{0,2}\//.test(module) && !path;
  const instead = path
    ? `pathToFileURL(${JSON.stringify(module)}) in Node, new URL(${JSON.stringify(module)}, location.href) in a page`
    : relative
      ? `new URL(${JSON.stringify(module)}, import.meta.url)`
      : `import.meta.resolve(${JSON.stringify(module)})`;
  invalid(`"module" ${JSON.stringify(module)} is not an absolute URL; ${instead} makes one`);
}

function checkList(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function" || Array.isArray(value)) return;
  invalid(`"${name}" is an array or a function that answers one (got ${show(value)})`);
}

function checkAnswer(name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) invalid(`the function "${name}" answered ${show(value)} instead of an array`);
}

function invalid(what: string): never {
  throw new SignalboxError("EINVAL", `A worker job's ${what}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
