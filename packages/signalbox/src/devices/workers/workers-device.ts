/**
 * The workers device: lanes, the pool that shares them, and their end.
 *
 * States: open -> closing -> closed; open or closing -> lost (every lane was given up) -> closed.
 *
 * Invariants:
 * - A queue with a lane is on that lane's ring; one without is on the pool's ring, whose jobs any lane may run.
 * - A job's time runs from when its thread begins it: one that no thread has begun is never out of time (promise 9).
 * - Closing drains, then ends the threads; after its timeout it ends the threads first, and then everything that is left.
 *   Either way every fence has signalled and no thread is left when it resolves.
 */
import type { CloseOptions, Device, DeviceState } from "../../device.ts";
import type { TimeoutVerdict } from "../../driver.ts";
import { SignalboxError, errno } from "../../errors.ts";
import { hooks } from "../../hooks.ts";
import { deliver } from "../../fence/delivery.ts";
import type { Platform, Timer } from "../../platform/platform.ts";
import type { Threads } from "../../platform/threads.ts";
import type { Job } from "../../queue/job.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import { checkCloseOptions } from "../../queue/closing.ts";
import { Ring } from "../../queue/ring.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { WorkerError } from "./worker-error.ts";
import { JobFunctions } from "./job-function.ts";
import { Lane, capacityFor } from "./lane.ts";
import type { LaneOwner, WorkersLane } from "./lane.ts";
import { Spares } from "./spares.ts";
import { Spinner } from "./spinner.ts";
import type { Task } from "./task.ts";
import type { WorkerJob } from "./worker-job.ts";
import { WorkersDriver } from "./workers-driver.ts";
import type { WorkersDriverOwner } from "./workers-driver.ts";

/** How long `close` waits for threads that were asked to end, in ms; then it ends them. */
const END_GRACE = 1_000;
/** How long it waits for threads that it ended, in ms. One inside a call of the system that blocks can't end before that returns. */
const TERMINATE_GRACE = 5_000;

/** How a workers device is opened. */
export interface WorkersOptions {
  /** How many threads; what the machine runs at once, but at most 8, if left out. A whole number from 1. */
  readonly lanes?: number;
  /** The device's name, and the first part of its lanes' names; "workers" if left out. */
  readonly name?: string;
  /**
   * How many jobs of its queues a lane takes at once, running one included; 16 if left out. Few keep priorities sharp,
   * many keep lanes busy with jobs of a few microseconds. A whole number from 1 to 65536.
   */
  readonly slots?: number;
  /**
   * How many threads are kept ready, beyond the lanes', to take the place of one that ended or had to be ended; 0 if left out: then the
   * lane waits until a fresh one has started (tens of ms). Each costs what a thread costs, and has imported the modules
   * that jobs ran so far. A whole number up to 1024.
   */
  readonly spares?: number;
  /**
   * How long each side looks for what the other does before it sleeps until it is told, in ms; 0 (never) if left out. With 0.05 the
   * way of a tiny job to its thread and back takes a few microseconds instead of tens: for many small jobs on a machine with
   * cores to spare. A thread looks when it has nothing more to do, and then sleeps; the side that submits looks, and does nothing
   * else meanwhile, when the jobs that are on their way are thought to take no longer than this (calls of the same function
   * tell). An idle device costs nothing. Timers and I/O never wait for longer than about 1 ms on its account. From 0 to 10.
   */
  readonly spin?: number;
}

/** How a queue of a workers device is opened. */
export interface WorkersQueueOptions extends QueueOptions {
  /**
   * The lane whose thread runs this queue's jobs, one after the other. If left out, each job goes to the lane with the
   * least work ahead: then they start in order and may run in parallel; their fences signal in order all the same.
   */
  readonly lane?: number;
}

/** Worker threads, as a device. Made by `openWorkers`. */
export class WorkersDevice implements Device<WorkerJob, WorkersQueueOptions> {
  readonly name: string;
  readonly #lanes: readonly Lane[];
  readonly #ring: Ring<WorkerJob>;
  readonly #dispatcher: Dispatcher;
  readonly #spares: Spares;
  readonly #platform: Platform;
  #state: DeviceState = "open";
  #closed: Promise<void> | undefined;

  /** @internal Use `openWorkers`. */
  constructor(threads: Threads, platform: Platform, options: Required<WorkersOptions>) {
    const { name, lanes: count, slots, spares, spin } = options;
    this.name = name;
    if (hooks.lockdep !== null) hooks.lockdep.opened("device", this, name, null);
    this.#platform = platform;
    const lanes: Lane[] = [];
    const dispatcher = new Dispatcher(lanes, spin > 0 ? new Spinner(platform, lanes, spin) : null);
    let arrivals = 0;
    const functions = new JobFunctions();
    this.#spares = new Spares({ platform, threads, functions }, name, spares, {
      capacity: capacityFor(slots),
      spin,
    });
    const owner: LaneOwner & WorkersDriverOwner = {
      platform,
      threads,
      functions,
      spares: this.#spares,
      spin,
      functionProven: (called) => {
        functions.prove(called);
        this.#spares.warm(called);
      },
      timedOut: (job, limit) => this.#timedOut(job, limit),
      nextArrival: () => ++arrivals,
      feed: () => dispatcher.feed(),
      takeBack: (task: Task) => dispatcher.pool.putBack(task),
      laneGivenUp: (lane, cause) => this.#laneGivenUp(lane, cause),
    };
    for (let index = 0; index < count; index++) {
      lanes.push(new Lane(owner, index, `${name}/${index}`, slots, (list) => new WorkersDriver(owner, list)));
    }
    this.#lanes = lanes;
    this.#dispatcher = dispatcher;
    this.#ring = new Ring(new WorkersDriver(owner, dispatcher.pool), { name, slots: slots * count, platform });
  }

  get state(): DeviceState {
    return this.#state;
  }

  /** Its lanes, by number. */
  get lanes(): readonly WorkersLane[] {
    return this.#lanes;
  }

  /** How many spare threads are ready to take the place of a lane's: `WorkersOptions.spares` at most. */
  get spares(): number {
    return this.#spares.ready;
  }

  /**
   * Opens a queue. Throws `SignalboxError` ENODEV unless the device is open, and if the lane was given up; RangeError for
   * a lane that doesn't exist.
   */
  queue(name: string, options: WorkersQueueOptions = {}): JobQueue<WorkerJob> {
    if (this.#state !== "open") {
      throw new SignalboxError("ENODEV", `[Device "${this.name}"] is ${this.#state} and takes no queue`);
    }
    const { lane: index, ...rest } = options;
    if (index === undefined) return this.#ring.queue(name, rest);
    const lane = this.#lanes[index];
    if (lane === undefined) {
      throw new RangeError(`[Device "${this.name}"] has lanes 0 to ${this.#lanes.length - 1}, and no lane ${index}`);
    }
    return lane.queue(name, rest);
  }

  /**
   * Takes no more jobs and cancels what no thread has got yet, with ECANCELED and this cause; what threads have comes to its
   * end. To be followed by `close()`. (For a job that runs for ever there are timeouts, and `lanes[i].restart()`.)
   */
  kill(cause?: unknown): void {
    if (this.#state === "open") this.#state = "closing";
    for (const ring of this.#rings) ring.kill(cause);
    deliver(() => {
      for (const task of this.#dispatcher.takeAll()) task.complete(errno.ECANCELED, cause, undefined);
    });
  }

  /**
   * Takes no more jobs, lets what was pushed run, and ends the threads. With a `timeout` (ms), what is left then ends with
   * ETIME, running jobs included, whose threads are ended first. Never rejects; a second call answers the same promise.
   */
  close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    return (this.#closed ??= this.#close(options.timeout));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal For tests of what a program does then: every thread is ended, and replaced. */
  _lose(cause: string): void {
    const error = new SignalboxError("EIO", `[Device "${this.name}"] was lost: ${cause}`);
    for (const lane of this.#lanes) void lane.restart(error);
  }

  /** @internal Resolves when every lane's thread is ready; if one isn't, ends them all and rejects. */
  async _open(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#lanes.map((lane) => lane.open()));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) {
      this.#spares.fill();
      return;
    }
    await this.close({ timeout: 0 });
    throw new SignalboxError("ENODEV", `[Device "${this.name}"] can't start its threads`, { cause: failed.reason });
  }

  get #rings(): readonly Ring<WorkerJob>[] {
    return [this.#ring, ...this.#lanes.map((lane) => lane.ring)];
  }

  async #close(timeout: number | undefined): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    for (const ring of this.#rings) ring.stop();
    const drained = Promise.all(this.#rings.map((ring) => ring.drain()));
    const expired = !(await this.#inTime(drained, timeout));
    if (expired) this.#dispatcher.takeAll();
    // Promise 8: no fence tells that a job is over while a thread may still be at it.
    if (
      expired ||
      !(await this.#inTime(
        this.#allGone((lane) => lane.close()),
        END_GRACE,
      ))
    ) {
      await this.#inTime(
        this.#allGone((lane) => lane.terminate()),
        TERMINATE_GRACE,
      );
    }
    if (expired) {
      const cause = new SignalboxError(
        "ETIME",
        `[Device "${this.name}"] was closed and did not finish within ${timeout} ms`,
      );
      for (const ring of this.#rings) ring.lose(errno.ETIME, cause);
      await drained;
    }
    this.#state = "closed";
    if (hooks.lockdep !== null) hooks.lockdep.closed(this);
  }

  #allGone(end: (lane: Lane) => Promise<void>): Promise<unknown> {
    return Promise.all([...this.#lanes.map(end), this.#spares.close()]);
  }

  // A job is at one thread at most; one that is at none waits for its turn, or its outcome is on its way.
  #timedOut(job: Job<unknown, WorkerJob>, limit: number): TimeoutVerdict {
    for (const lane of this.#lanes) {
      const verdict = lane.timedOut(job, limit);
      if (verdict !== undefined) return verdict;
    }
    return "running";
  }

  // Whether the work is done before the time is over.
  async #inTime(work: Promise<unknown>, timeout: number | undefined): Promise<boolean> {
    if (timeout === undefined || timeout === Infinity) return work.then(() => true);
    let timer: Timer | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = this.#platform.setTimer(() => resolve(false), timeout);
    });
    const inTime = await Promise.race([work.then(() => true), late]);
    if (timer !== undefined) this.#platform.clearTimer(timer);
    return inTime;
  }

  #laneGivenUp(lane: Lane, cause: WorkerError): void {
    lane.waiting.clear();
    lane.ring.lose(errno.EIO, cause);
    if (this.#lanes.some((other) => other.state !== "dead")) return;
    this.#state = "lost";
    void this.#spares.close();
    this.#dispatcher.pool.clear();
    this.#ring.lose(errno.EIO, cause);
  }
}
