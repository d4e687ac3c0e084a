/**
 * What a WebGPU device is inside: queues over its one GPUQueue, and an end that neither hangs nor crashes. What the GPU promises,
 * rings and queues hold it, and none of them the device, which only the program has (webgpu-device.ts).
 *
 * States: those of a device (device-end.ts).
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
 * - A loss in the turns in which a generation is put in place is a reset like any other; that of one that was given up is none.
 * - Promise 12: with `recover` a loss is a reset for as long as jobs are left, also while the device is killed or closed.
 */
import type { CloseOptions } from "../../device.ts";
import type { Platform } from "../../platform/platform.ts";
import { closeRings } from "../../queue/closing.ts";
import { DeviceEnd } from "../../queue/device-end.ts";
import type { DeviceEngine } from "../../queue/device-end.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import { RecoveryDomain } from "../../queue/recovery/recovery-domain.ts";
import { Ring } from "../../queue/ring.ts";
import { Generation } from "./generation.ts";
import type { OpenedGpu } from "./generation.ts";
import type { GpuJob } from "./gpu-job.ts";
import { Lane } from "./lane.ts";
import { Restorables } from "./restorable.ts";
import type { GpuMaker, Restorable } from "./restorable.ts";
import type { WebGpuParts } from "./webgpu-device.ts";
import { lossError } from "./webgpu-error.ts";

export class WebGpuEngine implements DeviceEngine {
  readonly name: string;
  readonly end: DeviceEnd;
  readonly recovery: RecoveryDomain;
  readonly lane: Lane;
  readonly #ring: Ring<GpuJob>;
  readonly #platform: Platform;
  readonly #recovers: boolean;
  readonly #reopen: () => Promise<OpenedGpu>;
  readonly #restorables = new Restorables();
  #loss: GPUDeviceLostInfo | undefined;
  /** Counts attempts to come back: only the last one counts. */
  #attempt = 0;

  constructor(parts: WebGpuParts) {
    const { name, platform, recover } = parts;
    this.name = name;
    this.end = new DeviceEnd(name, this);
    this.#platform = platform;
    this.#reopen = parts.reopen;
    this.#recovers = recover !== undefined;
    this.lane = new Lane(name, this.#generation(parts.first), this.#recovers ? "reset" : "gone");
    this.recovery = new RecoveryDomain(
      name,
      {
        stop: () => {
          this.lane.present.drop();
        },
        restart: () => this.#comeBack(),
        gone: () => {
          this.end.lost();
        },
      },
      { platform, ...recover },
    );
    this.#ring = new Ring(this.lane, { name, platform, slots: parts.slots, recovery: this.recovery });
  }

  /** Why the device was lost, the last time that it was; undefined unless it was, other than by `close()`. */
  get loss(): GPUDeviceLostInfo | undefined {
    return this.#loss;
  }

  queue(name: string, options?: QueueOptions): JobQueue<GpuJob> {
    this.end.checkOpen();
    return this.#ring.queue(name, options);
  }

  restorable<T>(make: (gpu: GpuMaker) => T | PromiseLike<T>): Promise<Restorable<T>> {
    return this.#restorables.add(make, this.lane.device);
  }

  /** The present GPUDevice counts as lost, whatever it is doing. */
  lose(cause: string): void {
    const { present } = this.lane;
    if (present.loss === undefined) this.#lost(present, { reason: "unknown", message: cause } as GPUDeviceLostInfo);
  }

  cancelQueued(cause: unknown): void {
    this.#ring.kill(cause);
  }

  async letGo(options: CloseOptions): Promise<void> {
    const outcome = await closeRings(this.name, [this.#ring], this.#platform, options);
    this.#attempt++;
    if (this.recovery.state === "resetting") this.recovery.giveUp();
    const gone = this.lane.present.letGo();
    // What the GPU still works on it can't be made to leave: the caller doesn't wait for that.
    if (outcome === "drained") await gone;
  }

  #generation(opened: OpenedGpu): Generation {
    return new Generation(opened, this.#platform, (generation, info) => {
      // Of one that is not in place yet `#comeBack` finds it.
      if (generation === this.lane.present) this.#lost(generation, info);
    });
  }

  // Everything ends here or is taken back, in the first microtask after the loss: before anything that the GPU may still claim
  // to have done.
  #lost(generation: Generation, info: GPUDeviceLostInfo): void {
    generation.loss = info;
    this.#loss = info;
    // The reset that gave it up goes on.
    if (generation.dropped) return;
    const cause = lossError(this.name, info);
    const needed = this.end.state === "open" || this.#ring.queues.length > 0;
    if (this.#recovers && needed) this.recovery.reset(cause);
    else this.recovery.giveUp(cause);
  }

  async #comeBack(): Promise<void> {
    const attempt = ++this.#attempt;
    // What an attempt that failed has put in place.
    this.lane.present.drop();
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
    else void this.lane.replace(next).letGo();
  }
}
