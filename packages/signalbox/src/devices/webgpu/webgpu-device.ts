/**
 * A WebGPU device, as a program holds it: what it does is its engine's (webgpu-engine.ts), and nothing but the program refers to it
 * (device-end.ts).
 */
import type { CloseOptions, Device, DeviceState } from "../../device.ts";
import type { Platform } from "../../platform/platform.ts";
import { watchDevice } from "../../queue/device-end.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import type { RecoveryDomain } from "../../queue/recovery/recovery-domain.ts";
import type { RecoveryOptions } from "../../queue/recovery/recovery-options.ts";
import type { OpenedGpu } from "./generation.ts";
import type { GpuJob } from "./gpu-job.ts";
import type { GpuMaker, Restorable } from "./restorable.ts";
import { WebGpuEngine } from "./webgpu-engine.ts";

/** @internal What a device is made of. */
export interface WebGpuParts {
  readonly name: string;
  readonly first: OpenedGpu;
  /** Opens another GPU in place of one that was lost. */
  readonly reopen: () => Promise<OpenedGpu>;
  readonly slots: number;
  readonly platform: Platform;
  /** How to come back from a loss; undefined if it isn't to. */
  readonly recover: RecoveryOptions | undefined;
}

/**
 * A GPU with queues that have fences, credits and errors. Made by `openWebGpu()`.
 *
 * There is one queue in WebGPU; upload, compute and readback are queues of jobs that share it, each with its own credits.
 *
 * @example
 * ```ts
 * const gpu = await openWebGpu();
 * const upload = gpu.queue("upload", { credits: 64 * MiB });
 * const buffer = gpu.device.createBuffer({ size: 1024, usage: GPUBufferUsage.COPY_DST });
 * submit(upload.job({ cost: 1024, run: ({ queue }) => queue.writeBuffer(buffer, 0, bytes) }));
 * await gpu.close({ timeout: 5_000 });
 * ```
 */
export class WebGpuDevice implements Device<GpuJob> {
  /** The device's name, in fences, traces and errors. */
  readonly name: string;
  /** Its way back from losses: its state, how many there were, and `settled()`. Without `recover` a loss is the end. */
  readonly recovery: RecoveryDomain;
  readonly #engine: WebGpuEngine;

  /** @internal Use `openWebGpu()`. */
  constructor(parts: WebGpuParts) {
    this.name = parts.name;
    this.#engine = new WebGpuEngine(parts);
    this.recovery = this.#engine.recovery;
    watchDevice(this);
  }

  /** The raw device: for buffers, textures and pipelines. To end it, `close()`. Another one after each loss that it came back from. */
  get device(): GPUDevice {
    return this.#engine.lane.device;
  }

  /** What the adapter says of itself: vendor, architecture, and whether it is a software one (`isFallbackAdapter`). */
  get adapterInfo(): GPUAdapterInfo {
    return this.#engine.lane.present.adapterInfo;
  }

  /** Where the device is on its way from open to closed. */
  get state(): DeviceState {
    return this.#engine.end.state;
  }

  /** Why the device was lost, the last time that it was; undefined unless it was, other than by `close()`. */
  get loss(): GPUDeviceLostInfo | undefined {
    return this.#engine.loss;
  }

  /**
   * Opens a queue on the device. Throws `SignalboxError` ENODEV unless the device is open, RangeError or EINVAL for options
   * that make no sense.
   *
   * @example `const upload = gpu.queue("upload", { credits: 64 * 1024 * 1024, jobs: 32 })`
   */
  queue(name: string, options?: QueueOptions): JobQueue<GpuJob> {
    return this.#engine.queue(name, options);
  }

  /**
   * Makes something that comes back with the device: now, and again on each device that follows a loss, before any job runs there.
   * Rejects with what `make` throws or is rejected with; a throw of a later making is a failed attempt to come back.
   *
   * @example
   * ```ts
   * const source = await gpu.restorable(({ device, queue }) => {
   *   const buffer = device.createBuffer({ size: bytes.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
   *   queue.writeBuffer(buffer, 0, bytes);
   *   return buffer;
   * });
   * ```
   */
  restorable<T>(make: (gpu: GpuMaker) => T | PromiseLike<T>): Promise<Restorable<T>> {
    return this.#engine.restorable(make);
  }

  /** @internal Jobs complete one by one, so that somebody else can tell which of them the GPU is at. */
  _completeApart(): void {
    this.#engine.lane.apart = true;
  }

  /** @internal For tests of what a program does then: the present GPUDevice counts as lost, whatever it is doing. */
  _lose(cause: string): void {
    this.#engine.lose(cause);
  }

  /** Takes no more jobs and cancels what is queued and not started, with ECANCELED and this cause; what runs comes to its end. */
  kill(cause?: unknown): void {
    this.#engine.end.kill(cause);
  }

  /**
   * Takes no more jobs, lets what was pushed run, then lets the GPU go; every fence has signalled when it resolves. Never
   * rejects; a second call answers the same promise.
   *
   * After `timeout` ms (for ever if left out) what is left ends with ETIME. What the GPU still works on then can't be taken
   * from it: the device is destroyed when that is done, behind the caller's back. A shader that never ends is never done:
   * its device stays, and Node ends only by `process.exit()`.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#engine.end.close(this, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
