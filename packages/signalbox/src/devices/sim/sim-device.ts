/**
 * The simulated device: rings in virtual time, for tests of what is built on queues, without waiting for anything.
 *
 * States: those of a device (device-end.ts); it is lost by `lose`.
 *
 * Nothing of it refers to it: not its rings, its drivers or its platform.
 */
import { SignalboxError, errno } from "../../errors.ts";
import type { CloseOptions, Device, DeviceState } from "../../device.ts";
import { SimPlatform } from "../../platform/simulated.ts";
import { closeRings } from "../../queue/closing.ts";
import { DeviceEnd, watchDevice } from "../../queue/device-end.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import { Ring } from "../../queue/ring.ts";
import { SimDriver } from "./sim-driver.ts";
import type { SimJob } from "./sim-driver.ts";

/** How a simulated device is made. */
export interface SimOptions {
  /** Its name; "sim" if left out. */
  readonly name?: string;
  /** How many rings it has; 1 if left out. */
  readonly rings?: number;
  /** How many jobs a ring holds; unlimited if left out. */
  readonly slots?: number;
  /** How long a job lasts that doesn't say so itself, in virtual ms: a number, or drawn for each; 1 if left out. */
  readonly latency?: number | ((random: () => number) => number);
  /** Its time and chance; a `SimPlatform` of its own that steps by itself, with `seed`, if left out. */
  readonly platform?: SimPlatform;
  /** The seed of its own platform; 1 if left out. */
  readonly seed?: number;
}

/** How a queue of a simulated device is opened. */
export interface SimQueueOptions extends QueueOptions {
  /** Which ring it feeds, from 0; 0 if left out. */
  readonly ring?: number;
}

/** A device in virtual time; see the head of this file. */
export class SimDevice implements Device<SimJob, SimQueueOptions> {
  readonly name: string;
  /** Its clock: step it, run it, or let it run by itself. */
  readonly platform: SimPlatform;
  readonly #drivers: SimDriver[] = [];
  readonly #rings: Ring<SimJob>[] = [];
  readonly #end: DeviceEnd;

  /** @internal Use `openSim`. */
  constructor(options: SimOptions) {
    const { name = "sim", rings = 1, latency = 1 } = options;
    if (!Number.isInteger(rings) || rings < 1)
      throw new RangeError(`A simulated device has at least one ring (got ${rings})`);
    this.name = name;
    this.platform = options.platform ?? new SimPlatform({ seed: options.seed ?? 1 });
    const draw = drawsOf(latency, this.platform);
    for (let index = 0; index < rings; index++) {
      const driver = new SimDriver(name, this.platform, draw);
      this.#drivers.push(driver);
      this.#rings.push(
        new Ring(driver, {
          name: `${name}.${index}`,
          platform: this.platform,
          ...(options.slots === undefined ? {} : { slots: options.slots }),
        }),
      );
    }
    this.#end = new DeviceEnd(name, {
      cancelQueued: (cause) => {
        for (const ring of this.#rings) ring.kill(cause);
      },
      letGo: async (closing) => {
        await closeRings(name, this.#rings, this.platform, closing);
        for (const driver of this.#drivers) driver.drop();
      },
    });
    watchDevice(this);
  }

  get state(): DeviceState {
    return this.#end.state;
  }

  /** Opens a queue on one of the rings. Throws ENODEV unless the device is open, RangeError for a ring that it doesn't have. */
  queue(name: string, options: SimQueueOptions = {}): JobQueue<SimJob> {
    this.#end.checkOpen();
    const ring = this.#rings[options.ring ?? 0];
    if (ring === undefined)
      throw new RangeError(`[Device "${this.name}"] has rings 0 to ${this.#rings.length - 1} (got ${options.ring})`);
    return ring.queue(name, options);
  }

  /** The device goes away, as hardware does: everything ends with EIO and this cause; it takes no more jobs. */
  lose(cause?: unknown): void {
    if (this.state === "closed") return;
    this.#end.lost();
    for (const driver of this.#drivers) driver.drop();
    for (const ring of this.#rings) ring.lose(errno.EIO, cause);
  }

  /** @internal For tests of what a program does then. */
  _lose(cause: string): void {
    this.lose(new SignalboxError("EIO", `[Device "${this.name}"] was lost: ${cause}`));
  }

  kill(cause?: unknown): void {
    this.#end.kill(cause);
  }

  close(options: CloseOptions = {}): Promise<void> {
    return this.#end.close(this, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Opens a simulated device.
 *
 * @example
 * ```ts
 * const sim = openSim({ rings: 2, latency: (random) => 1 + 4 * random(), seed: 7 });
 * const queue = sim.queue("work", { credits: 4, ring: 1 });
 * const [done] = submit(queue.job({ duration: 10 }));
 * await done.wait(); // at once, though 10 virtual ms have passed
 * await sim.close();
 * ```
 */
export function openSim(options: SimOptions = {}): SimDevice {
  return new SimDevice(options);
}

// Of no method, whose `this` the driver would hold.
function drawsOf(latency: Exclude<SimOptions["latency"], undefined>, platform: SimPlatform): () => number {
  return typeof latency === "number" ? () => latency : () => latency(() => platform.random());
}
