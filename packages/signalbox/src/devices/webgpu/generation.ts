/**
 * One GPUDevice, and all that is on it. A `WebGpuDevice` that recovers from losses has one after the other.
 *
 * States: present -> lost (the GPU took it) or dropped (it was given up: a shader hangs, or somebody said so) -> let go (destroyed
 * and unpinned, when the GPU holds nothing of it any more; under a shader that never ends, never).
 *
 * Invariants:
 * - The GPUDevice is destroyed once, and never while the GPU holds something of it: that blocks the thread, perhaps for ever.
 * - What `unpin` lets go of is kept until after `lost`.
 * - Of a generation that was dropped no job hears any more: it may run on the next one.
 */
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "../../queue/job.ts";
import { Completions } from "./completions.ts";
import { Flight } from "./flight.ts";
import type { GpuJob } from "./gpu-job.ts";
import { Outstanding } from "./outstanding.ts";
import { Staging } from "./staging.ts";
import { Timestamps } from "./timestamps.ts";

/** @internal A GPU that was opened. */
export interface OpenedGpu {
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  /** Called once, when nothing of the device is left. */
  readonly unpin: () => void;
}

/** @internal */
export class Generation {
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  readonly completions: Completions;
  readonly staging: Staging;
  readonly timestamps: Timestamps | undefined;
  /** Why the GPU took it; undefined if it did not. */
  loss: GPUDeviceLostInfo | undefined;
  /** Whether it was given up. */
  dropped = false;
  readonly #outstanding = new Outstanding();
  readonly #unpin: () => void;
  /** What runs, oldest first. */
  readonly #flights = new Set<Flight>();
  /** The loss that follows is our own doing. */
  #destroyed = false;

  /** `lost` is told in the first microtask after a loss: before anything that the GPU may still claim to have done. */
  constructor(opened: OpenedGpu, platform: Platform, lost: (generation: Generation, info: GPUDeviceLostInfo) => void) {
    const { device } = opened;
    this.device = device;
    this.adapterInfo = opened.adapterInfo;
    this.#unpin = opened.unpin;
    this.completions = new Completions(device.queue, platform, this.#outstanding);
    this.staging = new Staging(device, this.#outstanding);
    this.timestamps = device.features.has("timestamp-query")
      ? new Timestamps(device, platform, this.#outstanding)
      : undefined;
    void device.lost.then((info) => {
      if (this.#destroyed) return;
      this.loss = info;
      lost(this, info);
    });
  }

  /** A job begins to run on it. */
  launch(job: Job<unknown, GpuJob>): Flight {
    return new Flight(job, this.#flights);
  }

  /** Whether this job is what the GPU is at: everything that it was given before has settled. */
  isAt(job: Job<unknown, GpuJob>): boolean {
    for (const flight of this.#flights) return flight.job === job;
    return false;
  }

  /** present -> dropped: nothing that runs is heard of any more. */
  drop(): void {
    this.dropped = true;
    for (const flight of this.#flights) flight.drop();
    this.#flights.clear();
  }

  /** Destroys it as soon as the GPU holds nothing of it; resolves when it is gone. */
  async letGo(): Promise<void> {
    await this.#outstanding.idle();
    this.staging.clear();
    this.#destroyed = true;
    this.device.destroy();
    await this.device.lost;
    this.#unpin();
  }
}
