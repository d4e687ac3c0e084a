/**
 * What a workers device is inside: lanes, the pool that shares them, and their end. Threads, rings and queues hold it, and none of
 * them the device, which only the program has (workers-device.ts).
 *
 * States: those of a device (device-end.ts); it is lost when every lane was given up.
 *
 * Invariants:
 * - A queue with a lane is on that lane's ring; one without is on the pool's ring, whose jobs any lane may run.
 * - A job's time runs from when its thread begins it: one that no thread has begun is never out of time (promise 9).
 * - Closing drains, then ends the threads; after its timeout it ends the threads first, and then everything that is left.
 *   Either way every fence has signalled and no thread is left when it resolves.
 */
import type { CloseOptions } from "../../device.ts";
import type { TimeoutVerdict } from "../../driver.ts";
import { SignalboxError, errno } from "../../errors.ts";
import { deliver } from "../../fence/delivery.ts";
import type { Platform, Timer } from "../../platform/platform.ts";
import type { Threads } from "../../platform/threads.ts";
import type { Job } from "../../queue/job.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import { DeviceEnd } from "../../queue/device-end.ts";
import type { DeviceEngine } from "../../queue/device-end.ts";
import { Ring } from "../../queue/ring.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { WorkerError } from "./worker-error.ts";
import { JobFunctions } from "./job-function.ts";
import { Lane, capacityFor } from "./lane.ts";
import type { LaneOwner } from "./lane.ts";
import { Spares } from "./spares.ts";
import { Spinner } from "./spinner.ts";
import type { Task } from "./task.ts";
import type { WorkerJob } from "./worker-job.ts";
import { WorkersDriver } from "./workers-driver.ts";
import type { WorkersDriverOwner } from "./workers-driver.ts";
import type { WorkersOptions, WorkersQueueOptions } from "./workers-device.ts";

/** How long `close` waits for threads that were asked to end, in ms; then it ends them. */
const END_GRACE = 1_000;
/** How long it waits for threads that it ended, in ms. One inside a call of the system that blocks can't end before that returns. */
const TERMINATE_GRACE = 5_000;

export class WorkersEngine implements DeviceEngine {
  readonly name: string;
  readonly end: DeviceEnd;
  /** By number. */
  readonly lanes: readonly Lane[];
  readonly #ring: Ring<WorkerJob>;
  readonly #dispatcher: Dispatcher;
  readonly #spares: Spares;
  readonly #platform: Platform;

  constructor(threads: Threads, platform: Platform, options: Required<WorkersOptions>) {
    const { name, lanes: count, slots, spares, spin } = options;
    this.name = name;
    this.end = new DeviceEnd(name, this);
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
    this.lanes = lanes;
    this.#dispatcher = dispatcher;
    this.#ring = new Ring(new WorkersDriver(owner, dispatcher.pool), { name, slots: slots * count, platform });
  }

  /** How many spare threads are ready. */
  get spares(): number {
    return this.#spares.ready;
  }

  queue(name: string, options: WorkersQueueOptions): JobQueue<WorkerJob> {
    this.end.checkOpen();
    const { lane: index, ...rest } = options;
    if (index === undefined) return this.#ring.queue(name, rest);
    const lane = this.lanes[index];
    if (lane === undefined) {
      throw new RangeError(`[Device "${this.name}"] has lanes 0 to ${this.lanes.length - 1}, and no lane ${index}`);
    }
    return lane.queue(name, rest);
  }

  cancelQueued(cause: unknown): void {
    for (const ring of this.#rings) ring.kill(cause);
    deliver(() => {
      for (const task of this.#dispatcher.takeAll()) task.complete(errno.ECANCELED, cause, undefined);
    });
  }

  /** Every thread is ended, and replaced. */
  lose(cause: string): void {
    const error = new SignalboxError("EIO", `[Device "${this.name}"] was lost: ${cause}`);
    for (const lane of this.lanes) void lane.restart(error);
  }

  /** Resolves when every lane's thread is ready; rejects if one isn't, and then is to be closed. */
  async open(): Promise<void> {
    const outcomes = await Promise.allSettled(this.lanes.map((lane) => lane.open()));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) {
      this.#spares.fill();
      return;
    }
    throw new SignalboxError("ENODEV", `[Device "${this.name}"] can't start its threads`, { cause: failed.reason });
  }

  async letGo({ timeout }: CloseOptions): Promise<void> {
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
  }

  get #rings(): readonly Ring<WorkerJob>[] {
    return [this.#ring, ...this.lanes.map((lane) => lane.ring)];
  }

  #allGone(end: (lane: Lane) => Promise<void>): Promise<unknown> {
    return Promise.all([...this.lanes.map(end), this.#spares.close()]);
  }

  // A job is at one thread at most; one that is at none waits for its turn, or its outcome is on its way.
  #timedOut(job: Job<unknown, WorkerJob>, limit: number): TimeoutVerdict {
    for (const lane of this.lanes) {
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
    if (this.lanes.some((other) => other.state !== "dead")) return;
    this.end.lost();
    void this.#spares.close();
    this.#dispatcher.pool.clear();
    this.#ring.lose(errno.EIO, cause);
  }
}
