/**
 * What a program writes down for an isolated device: jobs, things that are to be there for them, and the functions that a module
 * of jobs exports.
 */
import { argsOfCall, checkModuleCall } from "../../../calls/module-call.ts";
import { SignalboxError } from "../../../errors.ts";
import type { JobSpec } from "../../../driver.ts";
import type { GpuContext } from "../gpu-job.ts";
import { IsolatedRestorable } from "./isolated-restorable.ts";
import type { IsolatedRestorableOwner } from "./isolated-restorable.ts";
import type { CallRecord } from "./protocol.ts";

/** Arguments that are known when the job is made, or are asked for just before it is handed to the process. */
export type IsolatedArgs = readonly unknown[] | (() => readonly unknown[]);

/** A call of an export of a module, in the process that has the GPU. */
export interface IsolatedCall {
  /**
   * The module, as an absolute URL: `new URL("./job.js", import.meta.url)`, or `import.meta.resolve("package/job.js")`
   * for one of a package. A relative or bare name is refused: another process can't know relative to what.
   */
  readonly module: string | URL;
  /** The function's name among the module's exports; "default" if left out. */
  readonly export?: string;
  /**
   * What it is called with, after the context; nothing if left out. Cloned. A function is asked each time the call is on its way
   * to a process, so again after a reset: for contents that change.
   */
  readonly args?: IsolatedArgs;
  /** What the function needs of what was made with `restorable()`, by the names that it finds it under in its context. */
  readonly resources?: Readonly<Record<string, IsolatedRestorable>>;
}

/** A call that makes something which comes back with an isolated device: a buffer, a pipeline. */
export interface RestorableCall extends IsolatedCall {
  /**
   * Make it in the standby, too, ahead of time, so that it is there already when the standby takes over: for pipelines, which cost
   * time, rather than for large buffers, which cost memory twice. Then what it is made from must be early, too, and a function
   * `args` is asked when the standby is ready.
   */
  readonly early?: boolean;
}

/**
 * A job for an isolated GPU: an export of a module, called in the process that has the GPU with an {@link IsolatedContext} and
 * the arguments. It does there what the `run` of a WebGPU job does, and answers what that answers; what a promise that it
 * answers resolves to comes back, cloned, as `job.result`.
 *
 * Its errors are those of a WebGPU job; and EINVAL if the arguments can't be cloned, EIO if the result can't, or if `args` throws.
 *
 * @example
 * ```ts
 * const blur = compute.job({ module: new URL("./kernels.js", import.meta.url), export: "blur", args: [3], resources: { image } });
 * ```
 */
export interface IsolatedGpuJob extends JobSpec, IsolatedCall {}

/**
 * What a function of an isolated device is called with first.
 *
 * @example
 * ```ts
 * export function blur({ device, resources }: IsolatedContext<{ image: GPUBuffer }>, radius: number): GPUCommandBuffer {
 *   return encodeBlur(device, resources.image, radius);
 * }
 * ```
 */
export interface IsolatedContext<Resources extends object = Readonly<Record<string, unknown>>> extends GpuContext {
  /** The things that the job named, as they were made in this process. */
  readonly resources: Resources;
}

const noThings: CallRecord[5] = [];

/** Throws SignalboxError EINVAL unless the call can be made; `what` is how the message begins. */
export function checkCall(what: string, call: IsolatedCall, owner: IsolatedRestorableOwner): void {
  checkModuleCall(what, call);
  const { resources } = call;
  if (resources === undefined) return;
  if (typeof resources !== "object") throw new SignalboxError("EINVAL", `${what} "resources" is an object`);
  for (const [name, thing] of Object.entries(resources)) {
    if (!((thing as unknown) instanceof IsolatedRestorable))
      throw new SignalboxError("EINVAL", `${what} resource "${name}" is not what \`restorable()\` answered`);
    if (thing._owner !== owner) throw new SignalboxError("EINVAL", `${what} resource "${name}" is of another device`);
  }
}

/** The call as it goes to a process. Throws what `args` throws, and EINVAL for a thing that was forgotten. */
export function recordOf(what: string, id: number, label: string, call: IsolatedCall): CallRecord {
  const { module, export: exported = "default", resources } = call;
  const things = resources === undefined ? noThings : namedThings(what, resources);
  return [id, typeof module === "string" ? module : module.href, exported, label, argsOfCall(what, call), things];
}

function namedThings(what: string, resources: Readonly<Record<string, IsolatedRestorable>>): CallRecord[5] {
  const things: (string | number)[] = [];
  for (const [name, thing] of Object.entries(resources)) {
    if (thing._forgotten) throw new SignalboxError("EINVAL", `${what} resource "${name}" was forgotten`);
    things.push(name, thing._id);
  }
  return things;
}
