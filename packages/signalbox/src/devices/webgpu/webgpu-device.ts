/**
 * A WebGPU device: queues over its one GPUQueue, and an end that neither hangs nor crashes.
 *
 * States: open -> closing -> closed; open or closing -> lost -> closed.
 *
 * Closing, in this order: take no more jobs; drain what was pushed, for as long as the caller allows; end what is left with
 * ETIME; wait until the GPU holds nothing; destroy; wait for `lost`; let go of the implementation (`unpin`). Destroying
 * earlier blocks the thread until the GPU is done, and for ever under a shader that never ends.
 *
 * Invariants:
 * - However the device ends, every fence of its queues signals (promises 1 and 12): a loss ends them with EIO.
 * - The GPUDevice is destroyed once, and never while the GPU holds something of it.
 * - What `unpin` lets go of is kept until after `lost`.
 */
import { SignalboxError, errno } from "../../errors.ts";
import type { CloseOptions, Device, DeviceState } from "../../device.ts";
import type { Platform } from "../../platform/platform.ts";
import { checkCloseOptions, closeRings } from "../../queue/closing.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import { Ring } from "../../queue/ring.ts";
import type { GpuJob } from "./gpu-job.ts";
import { Lane } from "./lane.ts";
import { lossError } from "./webgpu-error.ts";

/** @internal What a device is made of. */
export interface WebGpuParts {
  readonly name: string;
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  readonly slots: number;
  readonly platform: Platform;
  /** Called once, when nothing of the device is left. */
  readonly unpin: () => void;
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
  /** The raw device: for buffers, textures and pipelines. To end it, `close()`. */
  readonly device: GPUDevice;
  /** What the adapter says of itself: vendor, architecture, and whether it is a software one (`isFallbackAdapter`). */
  readonly adapterInfo: GPUAdapterInfo;
  readonly #ring: Ring<GpuJob>;
  readonly #lane: Lane;
  readonly #platform: Platform;
  readonly #unpin: () => void;
  #state: DeviceState = "open";
  #loss: GPUDeviceLostInfo | undefined;
  #closing: Promise<void> | undefined;
  /** The loss that follows is our own doing. */
  #destroyed = false;

  /** @internal Use `openWebGpu()`. */
  constructor(parts: WebGpuParts) {
    const { name, device, platform } = parts;
    this.name = name;
    this.device = device;
    this.adapterInfo = parts.adapterInfo;
    this.#platform = platform;
    this.#unpin = parts.unpin;
    this.#lane = new Lane(name, device, platform);
    this.#ring = new Ring(this.#lane, { name, platform, slots: parts.slots });
    void device.lost.then((info) => {
      this.#lost(info);
    });
  }

  /** Where the device is on its way from open to closed. */
  get state(): DeviceState {
    return this.#state;
  }

  /** Why the device was lost; undefined unless it was, other than by `close()`. */
  get loss(): GPUDeviceLostInfo | undefined {
    return this.#loss;
  }

  /**
   * Opens a queue on the device. Throws `SignalboxError` ENODEV unless the device is open, RangeError or EINVAL for options
   * that make no sense.
   *
   * @example `const upload = gpu.queue("upload", { credits: 64 * 1024 * 1024, jobs: 32 })`
   */
  queue(name: string, options?: QueueOptions): JobQueue<GpuJob> {
    if (this.#state !== "open")
      throw new SignalboxError("ENODEV", `[Device "${this.name}"] is ${this.#state} and takes no queue`);
    return this.#ring.queue(name, options);
  }

  /** Takes no more jobs and cancels what is queued and not started, with ECANCELED and this cause; what runs comes to its end. */
  kill(cause?: unknown): void {
    if (this.#state === "open") this.#state = "closing";
    this.#ring.kill(cause);
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
    checkCloseOptions(options);
    return (this.#closing ??= this.#close(options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(options: CloseOptions): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    const outcome = await closeRings(this.name, [this.#ring], this.#platform, options);
    const gone = this.#letGo();
    // What the GPU still works on it can't be made to leave: the caller doesn't wait for that.
    if (outcome === "drained") await gone;
    this.#state = "closed";
  }

  async #letGo(): Promise<void> {
    await this.#lane.idle();
    this.#lane.clear();
    this.#destroyed = true;
    this.device.destroy();
    await this.device.lost;
    this.#unpin();
  }

  // Everything ends here, in the first microtask after the loss: before anything that the GPU may still claim to have done.
  #lost(info: GPUDeviceLostInfo): void {
    if (this.#destroyed) return;
    this.#loss = info;
    if (this.#state !== "closed") this.#state = "lost";
    this.#ring.lose(errno.EIO, lossError(this.name, info));
  }
}
