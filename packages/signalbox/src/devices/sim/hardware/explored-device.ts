/**
 * The device of explored runs: rings whose jobs finish when the run chooses, and one interrupt that tells of all that did.
 *
 * States: alive -> being reset (its rings are empty; its firmware boots it) -> alive, or -> lost (by `lose`, or since it didn't come
 * back; everything that it has ends with EIO, and what it says later of that is ignored).
 *
 * Its lanes: each ring finishes jobs, in order or in any, or hangs; the interrupt, taken whenever something is finished that was not
 * told, demultiplexes: it goes through the rings and completes what each has finished, in one delivery, unless it is lost; the
 * firmware answers for the end of a queue, and for the end of a reset.
 */
import { SignalboxError, errno } from "../../../errors.ts";
import type { Driver, JobSpec, RunOutcome, TimeoutVerdict } from "../../../driver.ts";
import { deliver } from "../../../fence/delivery.ts";
import { Timeline } from "../../../fence/timeline.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { QueueOptions } from "../../../queue/queue-options.ts";
import { RecoveryDomain } from "../../../queue/recovery/recovery-domain.ts";
import type { RecoveryOptions } from "../../../queue/recovery/recovery-options.ts";
import type { Job } from "../../../queue/job.ts";
import { Ring } from "../../../queue/ring.ts";
import type { RingOptions } from "../../../queue/ring.ts";
import { CORE, resourceBit } from "../explore/footprint.ts";
import type { ExploringPlatform } from "../explore/platform.ts";
import type { FaultSite } from "../explore/scenario.ts";
import type { Lane } from "../explore/lane.ts";
import { WatchedDriver } from "../judge/watched-driver.ts";
import type { Watcher } from "../judge/watched-driver.ts";
import { Verdicts } from "./verdicts.ts";
import type { FinalVerdict } from "./verdicts.ts";
import { Firmware, Refused } from "./firmware.ts";
import { HardwareRing } from "./hardware-ring.ts";
import type { Entry, RingWatcher } from "./hardware-ring.ts";

/** A job of an explored device. */
export interface ExploredJob extends JobSpec {
  /** The negative errno that it ends with; 0 if left out. */
  readonly error?: number;
  /** Whether the hardware hangs on it, each time; false if left out. */
  readonly hangs?: boolean;
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
  /** What its driver may say of a job that is out of time and may not go on; it takes no timeouts if left out. */
  readonly verdicts?: readonly FinalVerdict[];
  /** How often its driver says of a job that it is at that it may go on; once if left out. */
  readonly patience?: number;
  /** How all its rings are reset; not at all if left out. */
  readonly recovery?: RecoveryOptions;
  /** Whether its firmware knows its queues, and is asked to let go of each; false if left out. Only with `recovery`: it may never answer. */
  readonly firmware?: boolean;
}

/** How a queue of it is opened. */
export interface ExploredQueueOptions extends QueueOptions {
  /** Which ring it feeds, from 0, or which rings at once: then its width is their number. 0 if left out. */
  readonly ring?: number | readonly number[];
}

/** What a device needs of the run that it is part of. */
export interface DeviceWatcher extends Watcher {
  readonly platform: ExploringPlatform;
  /** @internal */ readonly _ringCount: number;
  /** @internal */ _add(lane: Lane): void;
  /** @internal */ _addRing(ring: HardwareRing): void;
  /** @internal */ _touch(resources: number): void;
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
  readonly #firmware: Firmware;
  readonly #verdicts: Verdicts | undefined;
  /** What resets it, if anything does. */
  readonly recovery: RecoveryDomain | undefined;
  #lost = false;
  /** Something was finished since the last interrupt. */
  #raised = false;
  /** What was stopped, and has a fence that somebody may wait for. */
  #stopped: Entry[] = [];

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
      hangs: () => world.fault("job hangs"),
      finished: (entry) => {
        this.#raised = true;
        if (entry.error === 0 && world.fault("job fails")) entry.error = errno.EIO;
        world._paths.calls.held(entry.job, -1);
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
      enabled: () => this.#raised && this.#hardware.some((ring) => ring.done.length > 0),
      describe: () => `tells of ${this.#hardware.flatMap(({ done }) => done.map((entry) => entry.name)).join(", ")}`,
      take: () => {
        this.#raised = false;
        if (!world.fault("interrupt is lost")) this.#tellAll();
      },
    });
    this.#firmware = new Firmware(`${name} firmware`, world);
    if (options.recovery !== undefined) {
      world._add(this.#firmware);
      this.recovery = this.#domain(options.recovery);
    }
    if (options.verdicts !== undefined) {
      this.#verdicts = new Verdicts(options.verdicts, options.patience ?? 1, {
        now: () => world.platform.now(),
        choose: (what, count) => world.choose(what, count),
        raised: () => this.#raised,
        tellAll: () => {
          this.#tellAll();
        },
        stop: (job, ring) => {
          this.#stop(job, ring);
        },
      });
    }
  }

  /** Whether it went away. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Opens a queue. `ring` options are for the first queue of a ring. */
  queue(name: string, options: ExploredQueueOptions = {}, ring: RingOptions = {}): JobQueue<ExploredJob> {
    const { ring: place = 0, ...rest } = options;
    const places = typeof place === "number" ? [place] : place;
    const queue = this.ring(places, ring).queue(name, { width: places.length, ...rest });
    if (this.#verdicts !== undefined) this.#world._paths.clocks.watch(queue, options.timeout ?? Infinity);
    return queue;
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
        ...(this.recovery === undefined ? {} : { recovery: this.recovery }),
        ...options,
      });
      this.#rings.set(key, ring);
    }
    return ring;
  }

  /** The device goes away. What its rings had finished may be told of later: nobody listens any more. */
  lose(cause: unknown = "unplugged"): void {
    if (this.recovery === undefined) {
      for (const ring of this.#rings.values()) ring.lose(errno.EIO, cause);
      this.#isLost(cause);
    } else {
      this.recovery.giveUp(cause);
    }
  }

  #isLost(cause: unknown): void {
    this.#lost = true;
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
          this.#hardware[place]!.give({
            job,
            queue,
            name: label,
            fence,
            error: spec.error ?? 0,
            hung: spec.hangs === true,
          });
          this.#world._paths.calls.held(job, 1);
          return fence;
        });
        if (!fences) return "pending";
        const answer = handles.map((handle) => handle!.fence);
        return answer.length === 1 ? answer[0]! : answer;
      },
      cancel: () => {
        // Nothing is kept of a job that was not run.
      },
      ...(this.#verdicts === undefined ? {} : { timedOut: (job) => this.#timedOut(job, places) }),
      ...(this.#options.firmware === true ? { closeQueue: (queue) => this.#close(queue) } : {}),
    };
  }

  #timedOut(job: Job<unknown, ExploredJob>, places: readonly number[]): TimeoutVerdict {
    const [place] = places;
    return this.#verdicts!.judge(job, this.#hardware[place!]!);
  }

  #close({ name }: JobQueue<ExploredJob>): Promise<void> | undefined {
    return this.#ask(`lets go of queue ${name}`, "firmware refuses");
  }

  #ask(what: string, refusal: FaultSite): Promise<void> | undefined {
    if (this.#world.choose("the firmware answers later, or at once", 2) === 0) return this.#firmware.ask(what, refusal);
    if (this.#world.fault(refusal)) throw new Refused(what);
    return undefined;
  }

  #domain(options: RecoveryOptions): RecoveryDomain {
    return new RecoveryDomain(
      this.name,
      {
        stop: () => {
          this.#stopAll();
        },
        restart: (attempt) => {
          this.#world._paths.balance.checkReset();
          this.#failStopped();
          return this.#ask(`${this.name} is back, at attempt ${attempt}`, "restart fails");
        },
        gone: (cause) => {
          this.#isLost(cause);
        },
      },
      { ...options, platform: this.#world.platform },
    );
  }

  // SIGNALLING: what was finished is told, and of the rest nothing is said any more.
  #stopAll(): void {
    this.#raised = false;
    this.#tellAll();
    for (const ring of this.#hardware) for (const entry of ring.drop()) this.#forget(entry);
  }

  #stop(job: Job<unknown, ExploredJob>, ring: HardwareRing): void {
    const entry = ring.stop(job);
    if (entry !== undefined) this.#forget(entry);
    this.#world.platform.macrotask(() => {
      this.#failStopped();
    });
  }

  #forget(entry: Entry): void {
    this.#world._paths.calls.held(entry.job, -1);
    if (entry.fence !== undefined) this.#stopped.push(entry);
  }

  // The core follows the fences of these no more; whoever else does must not wait for ever.
  #failStopped(): void {
    deliver(() => {
      for (const { fence, name } of this.#stopped.splice(0)) fence!.fail(errno.ECANCELED, new DeviceFault(name));
    });
  }

  #tellAll(): void {
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
