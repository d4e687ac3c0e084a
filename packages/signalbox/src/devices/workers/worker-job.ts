/**
 * The worker job: what runs in a thread, as a program writes it down, and the checks that it goes through.
 */
import { argsOfCall, checkAnswer, checkList, checkModuleCall } from "../../calls/module-call.ts";
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

const WHAT = "A worker job's";

/** Throws SignalboxError EINVAL unless the spec can be run: the `check` of the workers' drivers. */
export function checkWorkerJob(spec: WorkerJob): void {
  checkModuleCall(WHAT, spec);
  checkList(WHAT, "transfer", spec.transfer);
}

/** The arguments of a job whose dependencies have signalled. Throws what the spec's function throws. */
export function argsOf(spec: WorkerJob): readonly unknown[] {
  return argsOfCall(WHAT, spec);
}

/** What is transferred with these arguments. Throws what the spec's function throws. */
export function transferOf(spec: WorkerJob, args: readonly unknown[]): readonly Transferable[] {
  if (typeof spec.transfer !== "function") return spec.transfer ?? [];
  const list: unknown = spec.transfer(args);
  checkAnswer(WHAT, "transfer", list);
  return list as readonly Transferable[];
}
