/**
 * The things that jobs name, in a process: made one after the other, each by a job of the GPU of its own, so that what the GPU finds
 * wrong with it is its own error, and what it begins with is there when it is said to be made.
 */
import type { ParentProcess } from "../../../../platform/processes.ts";
import type { JobQueue } from "../../../../queue/job-queue.ts";
import { submit } from "../../../../queue/submission.ts";
import type { GpuJob } from "../../gpu-job.ts";
import type { WebGpuDevice } from "../../webgpu-device.ts";
import * as protocol from "../protocol.ts";
import type { CallRecord, FromChild, NamedThings } from "../protocol.ts";
import { failureRecord } from "./failure.ts";
import { contextOf } from "./functions.ts";
import type { ChildFunctions } from "./functions.ts";

export class ChildThings {
  readonly #parent: ParentProcess;
  readonly #gpu: WebGpuDevice;
  readonly #functions: ChildFunctions;
  readonly #queue: JobQueue<GpuJob>;
  readonly #made = new Map<number, unknown>();
  #last: Promise<void> = Promise.resolve();

  constructor(parent: ParentProcess, gpu: WebGpuDevice, functions: ChildFunctions) {
    this.#parent = parent;
    this.#gpu = gpu;
    this.#functions = functions;
    this.#queue = gpu.queue("things", { bypass: true });
  }

  /** Makes a thing when those before it are made, and tells the parent. */
  make(record: CallRecord): void {
    this.#last = this.#last.then(() => this.#make(record));
  }

  /** Things by the names that a function knows them by. Throws for one that is not there. */
  named(names: NamedThings): Readonly<Record<string, unknown>> {
    const things: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index += 2) {
      const id = names[index + 1] as number;
      if (!this.#made.has(id)) throw new Error(`The resource "${names[index]}" was forgotten`);
      things[names[index] as string] = this.#made.get(id);
    }
    return things;
  }

  forget(id: number): void {
    const thing = this.#made.get(id);
    this.#made.delete(id);
    if (isDestroyable(thing)) thing.destroy();
  }

  async #make(record: CallRecord): Promise<void> {
    const [id, , , label, args, names] = record;
    try {
      const call = await this.#functions.of(record).load();
      // A promise, whatever it answers: what it answers is no work for the GPU, but the thing.
      const job = this.#queue.job({
        label,
        run: (gpu) => Promise.resolve(call(contextOf(gpu, this.named(names)), ...args)),
      });
      submit(job);
      await job.wait();
      this.#made.set(id, job.result);
      this.#parent.post([protocol.MADE, id] satisfies FromChild);
    } catch (error) {
      // Of a loss the parent hears otherwise.
      if (this.#gpu.state !== "lost")
        this.#parent.post([protocol.UNMADE, id, failureRecord(error)] satisfies FromChild);
    }
  }
}

function isDestroyable(thing: unknown): thing is { destroy(): void } {
  return typeof thing === "object" && thing !== null && "destroy" in thing && typeof thing.destroy === "function";
}
