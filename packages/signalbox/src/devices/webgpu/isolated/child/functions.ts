/**
 * The functions of a process: each export that jobs name, loaded once; and the context that they are called with.
 */
import { ModuleFunction } from "../../../../calls/module-function.ts";
import type { GpuContext } from "../../gpu-job.ts";
import type { IsolatedContext } from "../isolated-job.ts";
import type { CallRecord } from "../protocol.ts";

export class ChildFunctions {
  readonly #all = new Map<string, ModuleFunction>();

  /** The function that a call names. */
  of([, module, exported]: CallRecord): ModuleFunction {
    const key = `${exported} ${module}`; // No URL has a space.
    let found = this.#all.get(key);
    if (found === undefined) {
      found = new ModuleFunction(module, exported);
      this.#all.set(key, found);
    }
    return found;
  }
}

/** What a function is called with first: works while the job's `run` is on the stack, as that of any WebGPU job. */
export function contextOf(gpu: GpuContext, resources: Readonly<Record<string, unknown>>): IsolatedContext {
  return {
    device: gpu.device,
    queue: gpu.queue,
    read: (source, options) => gpu.read(source, options),
    resources,
  };
}
