/**
 * The ring: one lane of a device, and the worker that feeds it from the queues that share it.
 *
 * The worker is one work item, however many queues there are: it starts the heads that can start, in the order of the
 * ring's policy, tells the driver that the batch is over, and releases what has signalled.
 *
 * States: open (takes queues and jobs) -> stopped (takes none; what was pushed comes to its end) or lost (everything has
 * ended with an error).
 *
 * Invariants:
 * - A queue is in the ready heap exactly when its head can start, or can be cancelled.
 * - Heads start and driver members are called inside one delivery; releases and `flush` come after it (promise 8).
 * - No more than `slots` jobs are on the ring.
 * - A driver that throws where it must not is heard of (throwLater), and stops nothing (promise 1).
 *
 * A device makes rings, and ends them; queues report to their ring; nobody else calls the members marked internal.
 */
import { SignalboxError, checkErrno } from "../errors.ts";
import type { NegativeErrno } from "../errors.ts";
import { strikes } from "../faults.ts";
import { hooks } from "../hooks.ts";
import type { Driver, JobSpec } from "../driver.ts";
import { deliver, deliveryTime, enterDelivery, leaveDelivery, runDue } from "../fence/delivery.ts";
import type { Platform } from "../platform/platform.ts";
import { realPlatform } from "../platform/real.ts";
import { WorkItem, sharedWorkQueue } from "../work/work-queue.ts";
import type { WorkBudget, WorkQueue } from "../work/work-queue.ts";
import { DriverCalls } from "./driver-calls.ts";
import type { Policy } from "./fair.ts";
import { JobQueue } from "./job-queue.ts";
import type { QueueOptions } from "./queue-options.ts";
import type { Job } from "./job.ts";
import type { QueueStats } from "./queue-stats.ts";
import { ReadyHeap } from "./ready-heap.ts";
import type { RecoveryDomain } from "./recovery/recovery-domain.ts";

/** How a ring is made. */
export interface RingOptions {
  /** Its name in traces; the driver's name if left out. */
  readonly name?: string;
  /** Where its time comes from; the real one if left out. */
  readonly platform?: Platform;
  /** How many jobs the lane holds at once; unlimited if left out. */
  readonly slots?: number;
  /** How it chooses among its queues; "fair" if left out. */
  readonly policy?: Policy;
  /** The work queue that its worker runs on; one that all rings of the platform share if left out. */
  readonly work?: WorkQueue;
  /** What it is reset with; nothing if left out: then a job whose driver asks for a reset takes the ring with it. */
  readonly recovery?: RecoveryDomain;
}

const policies: readonly Policy[] = ["fair", "fifo", "round-robin"];

/**
 * One in-order lane of a device, shared by queues. Made by devices; make one to drive something of your own.
 *
 * @example
 * ```ts
 * const ring = new Ring(driver, { slots: 64 });
 * const queue = ring.queue("work", { credits: 16 });
 * ```
 */
export class Ring<Spec extends JobSpec = JobSpec> {
  /** Its name in traces. */
  readonly name: string;
  /** What runs its jobs. */
  readonly driver: Driver<Spec>;
  /** Where its time comes from. */
  readonly platform: Platform;
  /** How many jobs it holds at once. */
  readonly slots: number;
  /** How it chooses among its queues. */
  readonly policy: Policy;
  /** What it is reset with, if anything. */
  readonly recovery: RecoveryDomain | undefined;
  /** @internal When the last job that was timed ended, in ms. */ _lastEnd = 0;
  /** @internal Whether a queue of it looks at the clock. */ _timed = false;
  /** @internal */ readonly _calls: DriverCalls<Spec>;
  readonly #queues = new Set<JobQueue<Spec>>();
  readonly #ready = new ReadyHeap<JobQueue<Spec>>();
  readonly #worker: WorkItem;
  readonly #releasing: JobQueue<Spec>[] = [];
  /** Whether more than one queue is on it. */
  #shared = false;
  /** Queues in the heap whose rank has changed since: many jobs of a queue may end before anybody has to choose. */
  readonly #stale: JobQueue<Spec>[] = [];
  /** Whose head is being started: it is ranked anew afterwards, whatever its job does meanwhile. */
  #starting: JobQueue<Spec> | undefined;
  #stopped = false;
  #working = false;
  #inFlight = 0;
  /** The rank at which the last head was started: where the ring is. */
  #floor = 0;
  /** Counts turns and pushes, for the policies that go by them. */
  #turns = 0;
  /** Whether the present batch has started a job. */
  #started = false;
  #lost = false;
  /** Being reset: nothing is started. */
  #halted = false;

  constructor(driver: Driver<Spec>, options: RingOptions = {}) {
    const { name = driver.name, platform = realPlatform, slots = Infinity, policy = "fair" } = options;
    if (slots !== Infinity && (!Number.isInteger(slots) || slots < 1)) {
      throw new RangeError(`[Ring "${name}"] needs a whole number of slots from 1 (got ${slots})`);
    }
    if (!policies.includes(policy)) throw new SignalboxError("EINVAL", `[Ring "${name}"] has no policy "${policy}"`);
    this.driver = driver;
    this.name = name;
    this.platform = platform;
    this.slots = slots;
    this.policy = policy;
    this._calls = new DriverCalls(driver, platform);
    this.#worker = new WorkItem(options.work ?? sharedWorkQueue(platform), (budget) => this.#work(budget));
    this.recovery = options.recovery;
    if (hooks.tracer !== null) hooks.tracer.ringOpened(this);
    this.recovery?._add(this);
  }

  /** The queues that are not inactive. */
  get queues(): readonly JobQueue<Spec>[] {
    return [...this.#queues];
  }

  /** Whether its device is gone. */
  get lost(): boolean {
    return this.#lost;
  }

  /** How many jobs are on the ring now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Opens a queue on this ring. Throws ENODEV when the ring was stopped, RangeError or EINVAL for options that make no sense. */
  queue(name: string, options: QueueOptions = {}): JobQueue<Spec> {
    if (this.#stopped) throw new SignalboxError("ENODEV", `[Ring "${this.name}"] was stopped and takes no queue`);
    const queue = new JobQueue<Spec>(this, name, options);
    this.#queues.add(queue);
    this.#shared = this.#queues.size > 1;
    if (hooks.lockdep !== null) hooks.lockdep.opened("queue", queue, name, unendedOf(queue._stats));
    if (hooks.tracer !== null) hooks.tracer.queueOpened(queue);
    return queue;
  }

  /** Takes no more queues and no more jobs; what was pushed runs. */
  stop(): void {
    this.#stopped = true;
    for (const queue of this.#queues) queue._stop();
  }

  /** Resolves when nothing that was pushed on any of its queues is left. Never rejects. */
  async drain(): Promise<void> {
    while (this.#queues.size > 0) {
      const busy = [...this.#queues].filter((queue) => !queue._list.empty || queue.state === "destroyed");
      if (busy.length === 0) return;
      await Promise.all(
        busy.map((queue) => (queue.state === "usable" ? queue.drain() : queue._teardown.whenInactive())),
      );
    }
  }

  /** Stops, and cancels what is queued and not started, with ECANCELED and this cause; what runs comes to its end. */
  kill(cause?: unknown): void {
    this.stop();
    deliver(() => {
      for (const queue of this.#queues) queue.kill(cause);
    });
  }

  /**
   * Stops, and ends everything now, in order: what runs and what is queued signals with `error` (a negative errno) and this
   * cause. For devices that are gone: what they say later of these jobs is ignored. Throws RangeError for a number that can't be
   * an error.
   */
  lose<Value extends number>(error: NegativeErrno<Value>, cause?: unknown): void;
  lose(error: number, cause?: unknown): void {
    checkErrno(error);
    this.#lost = true;
    this.stop();
    deliver(() => {
      for (const queue of [...this.#queues]) queue._lose(error, cause);
    });
  }

  /** @internal A queue's head can start, or can be cancelled now: the worker will see to it. */
  _offer(queue: JobQueue<Spec>): void {
    if (queue._service.idle) queue._service.rejoin(this.#floor);
    if (queue._place < 0) {
      queue._rank = this.#rank(queue);
      this.#ready.add(queue);
    } else {
      this.#rerank(queue);
    }
    this.#kick();
  }

  /** @internal Q23: a submission to a queue with bypass starts what it can at once, unless the worker is at it. */
  _bypass(): void {
    if (!this.#working && (strikes("late bypass") || this.#work({ left: Infinity }))) this.#kick();
  }

  /** @internal */
  _withdraw(queue: JobQueue<Spec>): void {
    if (queue._place >= 0) this.#ready.remove(queue);
  }

  /** @internal */
  _jobPushed(job: Job<unknown, Spec>): void {
    if (!this.#shared || this.policy === "fair") return;
    this.#turns++;
    if (this.policy === "fifo") job._stamp = this.#turns;
  }

  /** @internal Before `driver.run`. The clock is read once a batch, and only where somebody shares the ring. */
  _jobStarted(queue: JobQueue<Spec>, job: Job<unknown, Spec>): void {
    this.#inFlight++;
    this.#started = true;
    queue._service.begin();
    job._stamp = this.#shared || this._timed ? deliveryTime(this.platform) : undefined;
  }

  /** @internal The job is off the ring. */
  _jobEnded(queue: JobQueue<Spec>, job: Job<unknown, Spec>): void {
    this.#inFlight--;
    if (job._stamp === undefined) {
      queue._service.end();
      // Started before anybody looked at the clock; somebody does now.
      if (this._timed) this._lastEnd = deliveryTime(this.platform);
    } else {
      this.#measure(queue, job._stamp);
    }
    if (this.#inFlight === this.slots - 1 && this.#canStart()) this.#kick();
  }

  // The service of a job runs from its start, or from the end of the one before it.
  #measure(queue: JobQueue<Spec>, start: number): void {
    const now = deliveryTime(this.platform);
    queue._service.endAfter(now - Math.max(start, this._lastEnd));
    this._lastEnd = now;
    if (queue._place < 0 || queue._stale || queue === this.#starting || this.policy !== "fair") return;
    queue._stale = true;
    this.#stale.push(queue);
  }

  /** @internal Whether it is being reset: nothing is started. */
  get _halted(): boolean {
    return this.#halted;
  }

  /** @internal A reset begins: starts nothing until {@link _resume}. */
  _halt(guilty: Job | null): void {
    this.#halted = true;
    if (this.#ready.first !== undefined && strikes("idle kick")) this.#kick();
    if (hooks.tracer !== null) hooks.tracer.ringHalted(this, guilty);
  }

  /** @internal SIGNALLING: the device has forgotten what it was given: that is ended, or taken back to be run again. */
  _takeBack(guilty: Job | null, cause: unknown): void {
    for (const queue of [...this.#queues]) queue._takeBack(guilty, cause);
  }

  /** @internal It waits again, in front of all that was pushed after it. */
  _jobPutBack(job: Job<unknown, Spec>): void {
    job._stamp = this.#shared ? 0 : undefined;
  }

  /** @internal The device is back. */
  _resume(): void {
    this.#halted = false;
    if (hooks.tracer !== null) hooks.tracer.ringResumed(this);
    if (this.#canStart()) this.#kick();
  }

  /** @internal */
  _hasReleases(queue: JobQueue<Spec>): void {
    if (queue._releasing) return;
    queue._releasing = true;
    this.#releasing.push(queue);
    this.#kick();
  }

  /** @internal The queue is inactive. */
  _forget(queue: JobQueue<Spec>): void {
    if (!this.#queues.delete(queue)) return;
    this.#shared = this.#queues.size > 1;
    if (hooks.tracer !== null) hooks.tracer.queueClosed(queue);
    if (hooks.lockdep !== null) hooks.lockdep.closed(queue);
  }

  #kick(): void {
    if (!this.#working) this.#worker.schedule();
  }

  #work(given: WorkBudget): boolean {
    const budget = hooks.faults === null ? given : this.#rareBudget(given);
    this.#working = true;
    this.#started = false;
    enterDelivery();
    try {
      // What these jobs signal may be what other heads wait for: then they are of the same batch.
      do {
        this.#startHeads(budget);
        runDue();
      } while (budget.left > 0 && this.#canStart());
    } finally {
      leaveDelivery();
    }
    // What was set in there, the compiler doesn't see.
    if (this.#started as boolean) this._calls.flush();
    const late = this.#releasing.length > 0 && strikes("late release");
    if (!late) this.#release();
    this.#working = false;
    return late || this.#canStart();
  }

  #rareBudget(budget: WorkBudget): WorkBudget {
    this.#ready.maybeReenter();
    return this.#canStart() && strikes("short batch") ? { left: 1 } : budget;
  }

  #canStart(): boolean {
    const { first } = this.#ready;
    return first !== undefined && ((this.#inFlight < this.slots && !this.#halted) || first._ending);
  }

  // SIGNALLING: starts heads; the driver's `run` and `cancel` must not block, and submissions are refused in here.
  #startHeads(budget: WorkBudget): void {
    for (let queue = this.#choose(); queue !== undefined; queue = this.#choose()) {
      if (budget.left <= 0 || !this.#canStart()) return;
      budget.left--;
      if (!queue._ending) this.#floor = queue._rank;
      this.#turns++;
      this.#starting = queue;
      queue._startHead();
      this.#starting = undefined;
      if (queue._place < 0) continue; // Lost meanwhile.
      if (!queue._canStart()) this.#ready.remove(queue);
      else this.#rerank(queue);
    }
  }

  #choose(): JobQueue<Spec> | undefined {
    if (this.#stale.length > 0) this.#rerankStale();
    return this.#ready.first;
  }

  #rerankStale(): void {
    for (let queue = this.#stale.pop(); queue !== undefined; queue = this.#stale.pop()) {
      queue._stale = false;
      if (queue._place >= 0) this.#rerank(queue);
    }
  }

  #rerank(queue: JobQueue<Spec>): void {
    queue._rank = this.#rank(queue);
    this.#ready.moved(queue);
  }

  // What only has to be cancelled goes first: it takes no slot and no time.
  #rank(queue: JobQueue<Spec>): number {
    if (queue._ending) return -Infinity;
    switch (this.policy) {
      case "fair":
        return queue._service.virtualTime;
      case "fifo":
        return queue._list.head?._stamp ?? 0;
      case "round-robin":
        return this.#turns;
    }
  }

  #release(): void {
    // A release may let a queue go inactive, and what the driver does in it may make more releasable.
    for (let queue = this.#releasing.pop(); queue !== undefined; queue = this.#releasing.pop()) {
      queue._releasing = false;
      queue._release();
      if (!queue._usable) queue._teardown.proceed();
    }
  }
}

// Made here, so that it holds the counts and nothing else.
function unendedOf(stats: QueueStats): () => number {
  return () => stats.pushed - stats.done - stats.failed - stats.cancelled;
}
