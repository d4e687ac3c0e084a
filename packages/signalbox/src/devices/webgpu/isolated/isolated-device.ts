/**
 * An isolated WebGPU device, as a program holds it: what it does is its engine's (isolated-engine.ts), and nothing but the program
 * refers to it (device-end.ts).
 */
import type { CloseOptions, Device, DeviceState } from "../../../device.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { Processes } from "../../../platform/processes.ts";
import { watchDevice } from "../../../queue/device-end.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { QueueOptions } from "../../../queue/queue-options.ts";
import type { RecoveryDomain } from "../../../queue/recovery/recovery-domain.ts";
import type { RecoveryOptions } from "../../../queue/recovery/recovery-options.ts";
import type { WebGpuNodeOptions } from "../index.node.ts";
import { IsolatedEngine } from "./isolated-engine.ts";
import type { IsolatedGpuJob, RestorableCall } from "./isolated-job.ts";
import type { IsolatedRestorable } from "./isolated-restorable.ts";
import type { AdapterRecord } from "./protocol.ts";
import type { StandbyState } from "./standby.ts";

/** @internal What a device is made of. */
export interface IsolatedParts {
  readonly name: string;
  readonly platform: Platform;
  readonly processes: Processes;
  readonly options: WebGpuNodeOptions;
  readonly slots: number;
  readonly standby: boolean;
  readonly recover: RecoveryOptions;
}

/**
 * A GPU in a process of its own, with queues that have fences, credits, timeouts and errors. Made by `openIsolatedWebGpu()`.
 *
 * @example
 * ```ts
 * const gpu = await openIsolatedWebGpu();
 * const module = new URL("./kernels.js", import.meta.url);
 * const image = await gpu.restorable({ module, export: "upload", args: () => [pixels] });
 * const queue = gpu.queue("compute", { timeout: 2_000 });
 * const [blurred] = submit(queue.job({ module, export: "blur", resources: { image }, idempotent: true }));
 * await blurred.wait();
 * ```
 */
export class IsolatedWebGpuDevice implements Device<IsolatedGpuJob> {
  /** The device's name, in fences, traces and errors. */
  readonly name: string;
  /** Its way back from resets: its state, how many there were, and `settled()`. */
  readonly recovery: RecoveryDomain;
  readonly #engine: IsolatedEngine;

  /** @internal Use `openIsolatedWebGpu()`. */
  constructor(parts: IsolatedParts) {
    this.name = parts.name;
    this.#engine = new IsolatedEngine(parts);
    this.recovery = this.#engine.recovery;
    watchDevice(this);
  }

  /** Where the device is on its way from open to closed. */
  get state(): DeviceState {
    return this.#engine.end.state;
  }

  /** What the adapter says of itself. */
  get adapterInfo(): AdapterRecord {
    return this.#engine.adapterInfo;
  }

  /** How many times another process has taken over. */
  get restarts(): number {
    return this.#engine.restarts;
  }

  /** What took the last process that was not killed on a job's account: how it died, or that its GPU was lost. */
  get loss(): Error | undefined {
    return this.#engine.loss;
  }

  /** Whether a process is ready to take over. Without one a reset takes as long as opening the device. */
  get standby(): StandbyState {
    return this.#engine.standby.state;
  }

  /** The numbers of its processes, the present one first: for people who look at lists of processes. */
  get pids(): readonly number[] {
    return this.#engine.pids;
  }

  /**
   * Opens a queue on the device. Throws `SignalboxError` ENODEV unless the device is open, RangeError or EINVAL for options
   * that make no sense.
   *
   * @example `const compute = gpu.queue("compute", { jobs: 16, timeout: 2_000, banAfter: 3 })`
   */
  queue(name: string, options?: QueueOptions): JobQueue<IsolatedGpuJob> {
    return this.#engine.queue(name, options);
  }

  /**
   * Makes something on the GPU that jobs can name: now, and again in each process that takes over, in the order in which they
   * were made first, before any job runs there. The function is called with an {@link IsolatedContext}; what it answers, or what
   * a promise that it answers resolves to, stays in the process. `args` as a function is asked each time: give it what the thing
   * is to hold then.
   *
   * Rejects with what the function threw, what the GPU found wrong, EINVAL for a call that can't be made, ENODEV for a device
   * that is gone. What a later making throws is a failed attempt to come back.
   *
   * @example
   * ```ts
   * const image = await gpu.restorable({ module, export: "upload", args: () => [pixels] });
   * // kernels.js: export function upload({ device, queue }, pixels) { const buffer = device.createBuffer(...); ...; return buffer; }
   * ```
   */
  restorable(call: RestorableCall): Promise<IsolatedRestorable> {
    return this.#engine.restorables.add(call);
  }

  /** @internal For tests of what a program does then: the process is killed. */
  _lose(cause: string): void {
    this.#engine.lose(cause);
  }

  /** Takes no more jobs and cancels what is queued and not started, with ECANCELED and this cause; what runs comes to its end. */
  kill(cause?: unknown): void {
    this.#engine.end.kill(cause);
  }

  /**
   * Takes no more jobs, lets what was pushed run, then ends the processes; every fence has signalled when it resolves, and no
   * process is left. Never rejects; a second call answers the same promise.
   *
   * After `timeout` ms (for ever if left out) what is left ends with ETIME, and the process is killed, whatever its GPU is doing.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#engine.end.close(this, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Resolves when the first process has its GPU; if it has none, ends it and rejects. */
  async _open(): Promise<void> {
    try {
      await this.#engine.open();
    } catch (error) {
      await this.close({ timeout: 0 });
      throw error;
    }
  }
}
