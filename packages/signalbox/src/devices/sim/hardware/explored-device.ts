/**
 * The device of explored runs: rings whose jobs finish when the run chooses, and one interrupt that tells of all that did.
 *
 * States: alive -> lost (by `lose`; everything that it has ends with EIO, and what it says later of that is ignored).
 *
 * Its lanes: each ring finishes jobs, in order or in any; the interrupt, taken whenever something is finished that was not told,
 * demultiplexes: it goes through the rings and completes what each has finished, in one delivery.
 */
import { SignalboxError, errno } from "../../../errors.ts";
import type { Driver, JobSpec, RunOutcome } from "../../../driver.ts";
import { deliver } from "../../../fence/delivery.ts";
import { Timeline } from "../../../fence/timeline.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { QueueOptions } from "../../../queue/queue-options.ts";
import { Ring } from "../../../queue/ring.ts";
import type { RingOptions } from "../../../queue/ring.ts";
import { CORE, resourceBit } from "../explore/footprint.ts";
import type { ExploringPlatform } from "../explore/platform.ts";
import type { FaultSite } from "../explore/scenario.ts";
import type { Lane } from "../explore/lane.ts";
import { WatchedDriver } from "../judge/watched-driver.ts";
import type { Watcher } from "../judge/watched-driver.ts";
import { HardwareRing } from "./hardware-ring.ts";
import type { Entry, RingWatcher } from "./hardware-ring.ts";

/** A job of an explored device. */
export interface ExploredJob extends JobSpec {
  /** The negative errno that it ends with; 0 if left out. */
  readonly error?: number;
}

/** How an explored device is made. */
export interface ExploredDeviceOptions {
  /** How many rings it has; 1 if left out. */
  readonly rings?: number;
  /**
   * How it says that a job is done: job by job, by the seqno up to which a queue is done, or by signalling the fences that it
   * answered; "jobs" if left out. A queue of a width takes fences.
   */
  readonly completes?: "jobs" | "seqnos" | "fences";
  /** Whether a ring may finish its jobs in any order; false if left out, and always for seqnos and fences. */
  readonly anyOrder?: boolean;
}

/** How a queue of it is opened. */
export interface ExploredQueueOptions extends QueueOptions {
  /** Which ring it feeds, from 0, or which rings at once: then its width is their number. 0 if left out. */
  readonly ring?: number | readonly number[];
}

/** What a device needs of the run that it is part of. */
export interface DeviceWatcher extends Watcher {
  readonly platform: ExploringPlatform;
  readonly _ringCount: number;
  _add(lane: Lane): void;
  _addRing(ring: HardwareRing): void;
  _touch(resources: number): void;
  choose(what: string, count: number): number;
  fault(site: FaultSite): boolean;
}

/** See the head of this file. Made by `world.device`. */
export class ExploredDevice {
  readonly name: string;
  readonly #world: DeviceWatcher;
  readonly #options: ExploredDeviceOptions;
  readonly #hardware: HardwareRing[] = [];
  readonly #timelines: Timeline[] = [];
  readonly #rings = new Map<string, Ring<ExploredJob>>();
  #lost = false;

  /** @internal Use `world.device`. */
  constructor(world: DeviceWatcher, name: string, options: ExploredDeviceOptions) {
    this.name = name;
    this.#world = world;
    this.#options = options;
    const watcher: RingWatcher = {
      anyOrder: options.anyOrder === true && (options.completes ?? "jobs") === "jobs",
      touch: (resources) => {
        world._touch(resources);
      },
      choose: (what, count) => world.choose(what, count),
      finished: (entry) => {
        if (entry.error === 0 && world.fault("job fails")) entry.error = errno.EIO;
        world._paths.held(entry.job, -1);
      },
    };
    for (let index = 0; index < (options.rings ?? 1); index++) {
      const ring = new HardwareRing(`${name}.${index}`, resourceBit(world._ringCount), watcher);
      this.#hardware.push(ring);
      this.#timelines.push(new Timeline(`${name}.${index} fences`, { driver: name, platform: world.platform }));
      world._addRing(ring);
    }
    world._add({
      name: `${name} interrupt`,
      touches: this.#hardware.reduce((bits, ring) => bits | ring.touches, CORE),
      enabled: () => this.#hardware.some((ring) => ring.done.length > 0),
      describe: () => `tells of ${this.#hardware.flatMap(({ done }) => done.map((entry) => entry.name)).join(", ")}`,
      take: () => {
        this.#interrupt();
      },
    });
  }

  /** Whether it went away. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Opens a queue. `ring` options are for the first queue of a ring. */
  queue(name: string, options: ExploredQueueOptions = {}, ring: RingOptions = {}): JobQueue<ExploredJob> {
    const { ring: place = 0, ...rest } = options;
    const places = typeof place === "number" ? [place] : place;
    return this.ring(places, ring).queue(name, { width: places.length, ...rest });
  }

  /** The core's ring that feeds these rings of the hardware; made when it is first asked for. */
  ring(places: readonly number[] = [0], options: RingOptions = {}): Ring<ExploredJob> {
    const key = places.join("+");
    let ring = this.#rings.get(key);
    if (ring === undefined) {
      const driver = new WatchedDriver(this.#world, this.#driver(places));
      ring = new Ring<ExploredJob>(driver, {
        name: `${this.name}.${key}`,
        platform: this.#world.platform,
        ...options,
      });
      this.#rings.set(key, ring);
    }
    return ring;
  }

  /** The device goes away. What its rings had finished may be told of later: nobody listens any more. */
  lose(cause: unknown = "unplugged"): void {
    this.#lost = true;
    for (const ring of this.#rings.values()) {
      ring.lose(errno.EIO, cause);
      this.#world._paths.lostRing(ring);
    }
    // Its own fences are promises, too.
    for (const timeline of this.#timelines) timeline.close(errno.EIO, cause);
  }

  #driver(places: readonly number[]): Driver<ExploredJob> {
    const fences = this.#options.completes === "fences" || places.length > 1;
    return {
      name: this.name,
      run: (job): RunOutcome => {
        const handles = places.map((place) => {
          const fence = fences ? this.#timelines[place]!.fence() : undefined;
          const { queue, spec, label } = job;
          this.#hardware[place]!.give({ job, queue, name: label, fence, error: spec.error ?? 0 });
          this.#world._paths.held(job, 1);
          return fence;
        });
        if (!fences) return "pending";
        const answer = handles.map((handle) => handle!.fence);
        return answer.length === 1 ? answer[0]! : answer;
      },
      cancel: () => {
        // Nothing is kept of a job that was not run.
      },
    };
  }

  #interrupt(): void {
    deliver(() => {
      for (const ring of this.#hardware) for (const entry of ring.done.splice(0)) this.#tell(entry);
    });
  }

  #tell(entry: Entry): void {
    const { job, queue, fence, error } = entry;
    if (fence !== undefined) {
      // After a loss its timeline is closed, and it has signalled.
      if (error === 0) fence.signal();
      else fence.fail(error, new DeviceFault(entry.name));
    } else if (error === 0 && this.#options.completes === "seqnos") {
      queue.completeThrough(job.seqno);
    } else {
      queue.complete(job, error, error === 0 ? undefined : new DeviceFault(entry.name));
    }
  }
}

/** What an explored device says of a job that failed on it. */
class DeviceFault extends SignalboxError {
  constructor(name: string) {
    super("EIO", `The simulated hardware failed ${name}`);
  }
}
