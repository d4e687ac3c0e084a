/**
 * A WebGPU device: queues over its one GPUQueue, and an end that neither hangs nor crashes.
 *
 * States: open -> closing -> closed; open or closing -> lost -> closed.
 *
 * Closing, in this order: take no more jobs; drain what was pushed, for as long as the caller allows; end what is left with
 * ETIME; wait until the GPU holds nothing; destroy; wait for `lost`; let go of the implementation (`unpin`). Destroying
 * earlier blocks the thread until the GPU is done, and for ever under a shader that never ends.
 *
 * With `recover`, a loss and a shader that hangs don't lead to lost: the GPUDevice is given up, and another one is opened in its
 * place (a reset, recovery-domain.ts); only if none comes is the device lost.
 *
 * Invariants:
 * - However the device ends, every fence of its queues signals (promises 1 and 12): a loss ends them with EIO.
 * - What is on the GPU is a generation's (generation.ts), and let go of when the GPU does, behind the back of what follows it.
 * - Only the present attempt to come back may put its generation in place.
 */
import { SignalboxError } from "../../errors.ts";
import type { CloseOptions, Device, DeviceState } from "../../device.ts";
import { hooks } from "../../hooks.ts";
import type { Platform } from "../../platform/platform.ts";
import { checkCloseOptions, closeRings } from "../../queue/closing.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import { RecoveryDomain } from "../../queue/recovery/recovery-domain.ts";
import type { RecoveryOptions } from "../../queue/recovery/recovery-options.ts";
import { Ring } from "../../queue/ring.ts";
import { Generation } from "./generation.ts";
import type { OpenedGpu } from "./generation.ts";
import type { GpuJob } from "./gpu-job.ts";
import { Lane } from "./lane.ts";
import { Restorables } from "./restorable.ts";
import type { GpuMaker, Restorable } from "./restorable.ts";
import { lossError } from "./webgpu-error.ts";

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
  readonly #ring: Ring<GpuJob>;
  readonly #lane: Lane;
  readonly #platform: Platform;
  readonly #recovers: boolean;
  readonly #reopen: () => Promise<OpenedGpu>;
  readonly #restorables = new Restorables();
  #state: DeviceState = "open";
  #loss: GPUDeviceLostInfo | undefined;
  #closing: Promise<void> | undefined;
  /** Counts attempts to come back: only the last one counts. */
  #attempt = 0;

  /** @internal Use `openWebGpu()`. */
  constructor(parts: WebGpuParts) {
    const { name, platform, recover } = parts;
    this.name = name;
    if (hooks.lockdep !== null) hooks.lockdep.opened("device", this, name, null);
    this.#platform = platform;
    this.#reopen = parts.reopen;
    this.#recovers = recover !== undefined;
    this.#lane = new Lane(name, this.#generation(parts.first), this.#recovers ? "reset" : "gone");
    this.recovery = new RecoveryDomain(
      name,
      {
        stop: () => {
          this.#lane.present.drop();
        },
        restart: () => this.#comeBack(),
        gone: () => {
          if (this.#state !== "closed") this.#state = "lost";
        },
      },
      { platform, ...recover },
    );
    this.#ring = new Ring(this.#lane, { name, platform, slots: parts.slots, recovery: this.recovery });
  }

  /** The raw device: for buffers, textures and pipelines. To end it, `close()`. Another one after each loss that it came back from. */
  get device(): GPUDevice {
    return this.#lane.device;
  }

  /** What the adapter says of itself: vendor, architecture, and whether it is a software one (`isFallbackAdapter`). */
  get adapterInfo(): GPUAdapterInfo {
    return this.#lane.present.adapterInfo;
  }

  /** Where the device is on its way from open to closed. */
  get state(): DeviceState {
    return this.#state;
  }

  /** Why the device was lost, the last time that it was; undefined unless it was, other than by `close()`. */
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
    return this.#restorables.add(make, this.device);
  }

  /** @internal Jobs complete one by one, so that somebody else can tell which of them the GPU is at. */
  _completeApart(): void {
    this.#lane.apart = true;
  }

  /** @internal For tests of what a program does then: the present GPUDevice counts as lost, whatever it is doing. */
  _lose(cause: string): void {
    const { present } = this.#lane;
    if (present.loss === undefined) this.#lost(present, { reason: "unknown", message: cause } as GPUDeviceLostInfo);
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
    this.#attempt++;
    if (this.recovery.state === "resetting") this.recovery.giveUp();
    const gone = this.#lane.present.letGo();
    // What the GPU still works on it can't be made to leave: the caller doesn't wait for that.
    if (outcome === "drained") await gone;
    this.#state = "closed";
    if (hooks.lockdep !== null) hooks.lockdep.closed(this);
  }

  #generation(opened: OpenedGpu): Generation {
    return new Generation(opened, this.#platform, (generation, info) => {
      // Of one that is not in place yet `#comeBack` finds it.
      if (generation === this.#lane.present) this.#lost(generation, info);
    });
  }

  // Everything ends here or is taken back, in the first microtask after the loss: before anything that the GPU may still claim
  // to have done.
  #lost(generation: Generation, info: GPUDeviceLostInfo): void {
    generation.loss = info;
    this.#loss = info;
    const cause = lossError(this.name, info);
    if (this.#recovers && this.#state === "open") this.recovery.reset(cause);
    else this.recovery.giveUp(cause);
  }

  async #comeBack(): Promise<void> {
    const attempt = ++this.#attempt;
    const next = this.#generation(await this.#reopen());
    try {
      await this.#restorables.restore(next.device);
      // A device that was lost again answers, too: what counts is whether it was.
      await next.device.queue.onSubmittedWorkDone();
      if (next.loss !== undefined) throw lossError(this.name, next.loss);
    } catch (error) {
      void next.letGo();
      throw error;
    }
    if (attempt !== this.#attempt) void next.letGo();
    else void this.#lane.replace(next).letGo();
  }
}
