/**
 * The job queue: jobs in order, each behind its dependencies and within its credits.
 *
 * States: usable (takes jobs) -> destroyed (takes none; what was pushed comes to its end) -> inactive (nothing left) -> released:
 * queue-end.ts has them.
 *
 * Invariants:
 * - Promise 2: done fences signal in seqno order; a job that is complete before an older one is held back (job-end.ts).
 * - Promise 3: each pushed job is started or cancelled, once, when it is the head (job-start.ts).
 * - Promise 5: credits are taken when a job is started and given in `complete`, whatever the outcome.
 * - The head alone can block, on its dependencies first, then on credits (Q2, Q22).
 *
 * Programs make jobs, and end the queue; its driver completes jobs; the ring's worker starts and releases them.
 * Everything here is synchronous, and nothing calls back into a program but the driver.
 */
import { SignalboxError, errno } from "../errors.ts";
import type { NegativeErrno } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { CancelReason, FailedDependencyPolicy, JobSpec } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import { TimelineCore } from "../fence/timeline-core.ts";
import { Completion } from "../work/completion.ts";
import { Credits } from "./credits.ts";
import { Deadlines } from "./deadlines.ts";
import { clearDependencies } from "./dependencies.ts";
import { Service } from "./fair.ts";
import type { HardwareSide } from "./hardware.ts";
import { HeadWait } from "./head-wait.ts";
import { COMPLETE, Job, QUEUED, RUNNING, markCarrier } from "./job.ts";
import { completeJobsThrough, failJob, leaveRing, retire } from "./job-end.ts";
import { JobList } from "./job-list.ts";
import { releaseJobs } from "./job-release.ts";
import { cancelJob, reasonToCancel, startJob } from "./job-start.ts";
import { completeOptions } from "./queue-options.ts";
import type { QueueOptions } from "./queue-options.ts";
import { QueueEnd } from "./queue-end.ts";
import type { QueueState } from "./queue-end.ts";
import { QueueStats } from "./queue-stats.ts";
import type { Ring } from "./ring.ts";
import type { Ranked } from "./ready-heap.ts";
import type { JobClock } from "./recovery/job-clock.ts";
import { loseJobs } from "./recovery/lose-jobs.ts";
import { QueueRecovery } from "./recovery/queue-recovery.ts";
import { takeBack } from "./recovery/take-back.ts";
import { passOn, refuseCost, refuseUse } from "./refusals.ts";
import { submit } from "./submission.ts";
import type { DestroyedQueue } from "./teardown.ts";

/**
 * An in-order queue of jobs on a ring. Opened by a device's `queue()` or `ring.queue()`.
 *
 * @example
 * ```ts
 * const queue = device.queue("upload", { credits: 64 * 1024 * 1024 });
 * const job = queue.job({ cost: bytes.byteLength, ... });
 * submit(job);
 * await queue.destroy();
 * ```
 */
export class JobQueue<Spec extends JobSpec = JobSpec> implements Ranked {
  /** Its name: that of its timeline, too. */
  readonly name: string;
  /** The ring that its jobs run on. */
  readonly ring: Ring<Spec>;
  /** How many rings of the device each of its jobs goes to: how many fences `driver.run` answers. */
  readonly width: number;
  /** @internal */ readonly _timeline: TimelineCore;
  /** @internal */ readonly _credits: Credits;
  /** @internal */ readonly _list = new JobList<Spec>();
  /** @internal */ readonly _service: Service;
  /** @internal */ readonly _stats = new QueueStats();
  /** @internal */ readonly _bypass: boolean;
  /** @internal Q6: releases come with the signals, and not in the ring's batch. */ readonly _inline: boolean;
  /** @internal */ _rank = 0;
  /** @internal */ _place = -1;
  /** @internal In the ring's list of queues whose rank has changed. */ _stale = false;
  /** @internal In the ring's list of queues that have something to release. */ _releasing = false;
  /** @internal Made when the device gives a fence for a job. */ _hardware: HardwareSide | null = null;
  /** @internal F28: hints for its jobs; made for the first of them. */ _deadlines: Deadlines<Spec> | null = null;
  /** @internal Null until something on it has a timeout. */ _clock: JobClock<Spec> | null = null;
  /** @internal Whether it takes jobs. */ _usable = true;
  /** @internal Where it is on its way out. */ readonly _teardown = new QueueEnd<Spec>(this);
  /** @internal */ readonly _recovery: QueueRecovery<Spec>;
  readonly #policy: FailedDependencyPolicy;
  readonly #wait: HeadWait;
  #end: CancelReason | undefined;
  #idle: Completion | undefined;
  /** Of the `started` fences; made when the first job is asked for one. */
  #startedTimeline: TimelineCore | undefined;

  /** @internal Use `device.queue()` or `ring.queue()`. */
  constructor(ring: Ring<Spec>, name: string, options: QueueOptions) {
    const { credits, jobs, width, priority, onFailedDependency, bypass, ...rest } = completeOptions(name, options);
    this.ring = ring;
    this.name = name;
    this.width = width;
    this._timeline = new TimelineCore(name, ring.driver.name, ring.platform);
    this._credits = new Credits(credits, jobs);
    this._service = new Service(priority);
    this._bypass = bypass;
    this.#policy = onFailedDependency;
    this._inline = rest.release === "inline";
    this._recovery = new QueueRecovery(this, rest);
    this.#wait = new HeadWait(() => {
      this.#offerHead();
    });
  }

  /** Whether it takes jobs. */
  get state(): QueueState {
    return this._teardown.state;
  }

  /** What its jobs' costs may add up to in flight. */
  get credits(): number {
    return this._credits.limit;
  }

  /** What its jobs' costs add up to now. */
  get creditsInFlight(): number {
    return this._credits.inFlight;
  }

  /** Counts since it was opened. */
  get stats(): {
    readonly pushed: number;
    readonly done: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly peakCredits: number;
  } {
    const { pushed, done, failed, cancelled } = this._stats;
    return { pushed, done, failed, cancelled, peakCredits: this._credits.peak };
  }

  /**
   * Makes a job; nothing of it is seen or queued before `submit`.
   *
   * Throws RangeError for a cost that is negative, fractional, NaN, or more than the queue's credits (Q20, Q21), EINVAL for
   * a spec that the device can't run, ENODEV on a queue that was destroyed. A `timeout` is checked as the queue's own.
   */
  job<Result = unknown>(spec: Spec): Job<Result, Spec> {
    try {
      const cost = spec.cost ?? 1;
      if (!Number.isSafeInteger(cost) || cost < 0 || cost > this._credits.limit) refuseCost(this, cost);
      if (spec.timeout !== undefined) this._recovery.check(spec.timeout);
      this._checkUsable();
      this.ring.driver.check?.(spec);
      const job = new Job<Result, Spec>(this, spec, cost);
      if (hooks.tracer !== null) hooks.tracer.jobMade(job);
      if (hooks.lockdep !== null) hooks.lockdep.jobMade(job);
      return job;
    } catch (error) {
      passOn(error, null);
    }
  }

  /**
   * Resolves when nothing that was pushed is left: every fence has signalled, every job is released.
   * A job pushed meanwhile is waited for too. Never rejects: whether jobs failed is for their fences to tell.
   */
  drain(): Promise<void> {
    if (hooks.lockdep !== null) hooks.lockdep.waitsFor("queue", this, this.name);
    return this._becomeIdle();
  }

  /**
   * Takes no more jobs, and lets what was pushed run. Nothing is waited for unless the answer is: `await queue.destroy()` comes
   * to the queue as it is when nothing is left (Q5). A second call gives the same answer.
   */
  destroy(): DestroyedQueue {
    this._stop();
    return this._teardown.value;
  }

  /** Destroys it, and releases it when its device has let go. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()[Symbol.asyncDispose]();
  }

  /**
   * Takes no more jobs and starts none: each queued job is cancelled with ECANCELED and this cause when its dependencies
   * have signalled (X1); what runs comes to its end. Answers what `destroy` does.
   */
  kill(cause?: unknown): DestroyedQueue {
    const teardown = this.destroy();
    this.#end ??= { kind: "killed", cause };
    if (this._canStart()) this.ring._offer(this);
    return teardown;
  }

  /**
   * Has the oldest running job judged by its driver now, as if it were out of time: for who tears down a device, and won't wait
   * (P12). False if nothing runs. Throws EINVAL where the driver takes no timeouts.
   */
  triggerTimeout(): boolean {
    const { oldest, head } = this._list;
    const clock = this._recovery.useClock();
    if (oldest === null || oldest === head || oldest._stage !== RUNNING) return false;
    clock.judge(oldest, 0, "was ended before its time");
    return true;
  }

  /**
   * For drivers: says that the device is done with a running job, in any order; answers false if that was said before.
   *
   * SIGNALLING: its credits are back at once; its fence signals when those of its predecessors have (promise 2), at the
   * latest before the outermost delivery returns. `error` is 0 or a negative errno; throws RangeError for any other.
   */
  complete<Value extends number>(
    job: Job<unknown, Spec>,
    error?: NegativeErrno<Value> | 0,
    cause?: unknown,
    result?: unknown,
  ): boolean;
  complete(job: Job<unknown, Spec>, error = 0, cause?: unknown, result?: unknown): boolean {
    if (job._stage !== RUNNING || job._queue !== this) return false;
    if (error === 0) this._stats.done++;
    else failJob(this, job, error, cause);
    job._result = result;
    job._stage = COMPLETE;
    leaveRing(this, job);
    if (hooks.tracer !== null) hooks.tracer.jobCompleted(job);
    if (this._list.oldest === job) retire(this);
    this.#offerHead();
    return true;
  }

  /**
   * For drivers whose device completes seqnos: completes every running job up to and including `seqno`, without an error;
   * answers how many. One delivery.
   */
  completeThrough(seqno: number): number {
    return completeJobsThrough(this, seqno);
  }

  /**
   * For drivers: says that the device has stopped a job that was out of time, later than `timedOut` was asked: it ends with ETIME and
   * this cause, and counts for `banAfter`. Answers false if the job had ended. SIGNALLING, as `complete`.
   */
  recovered(job: Job<unknown, Spec>, cause?: unknown): boolean {
    if (job._stage !== RUNNING || job._queue !== this) return false;
    this._recovery.blame();
    return this.complete(job, errno.ETIME, cause);
  }

  /** @internal An obligation is handed to one of its jobs, which is submitted: `ObligationTaker`. Throws EINVAL for a job of another queue. */
  _takeObligation(job: Job<unknown, Spec>): Fence {
    if (!(job instanceof Job) || job._queue !== this)
      throw new SignalboxError("EINVAL", `[Queue "${this.name}"] takes an obligation with a job of its own`);
    if (hooks.lockdep !== null) markCarrier(job);
    submit(job);
    return job;
  }

  /** @internal F28: somebody wants one of its jobs done by `time`. */
  _hint(job: Job<unknown, Spec>, time: number): void {
    (this._deadlines ??= new Deadlines(this)).set(job, time);
  }

  /** @internal Takes no more jobs. */
  _stop(): void {
    this._teardown.stop();
  }

  /** @internal */
  _checkUsable(): void {
    if (!this._usable) refuseUse(this);
  }

  /** @internal Q3: the timeline of its jobs' `started` fences. */
  _startedTimeline(): TimelineCore {
    const { driver, platform } = this.ring;
    return (this.#startedTimeline ??= new TimelineCore(`${this.name} started`, driver.name, platform));
  }

  /** @internal Inside a submission, after which it can't fail: the armed job is the queue's from here. */
  _push(job: Job<unknown, Spec>): void {
    job._stage = QUEUED;
    this._stats.pushed++;
    this.ring._jobPushed(job);
    this._list.push(job);
    if (hooks.tracer !== null) hooks.tracer.jobPushed(job);
  }

  /**
   * @internal Looks at a new head: offers it to the ring, or waits for what it depends on. Whatever completed a job of this
   * queue since the head was pushed has offered it as if it waited for nothing: that is taken back (promise 4).
   */
  _lookAtHead(): void {
    this.#waitForHead();
    if (this._place >= 0 && !this._canStart()) this.ring._withdraw(this);
    this.#offerHead();
  }

  /** @internal Whether the head can be started now: its dependencies have signalled and its credits fit. */
  _canStart(): boolean {
    const head = this._list.head;
    return head !== null && this.#wait.waiting === 0 && (this.#end !== undefined || this._credits.fits(head._cost));
  }

  /** @internal Whether its head will be cancelled, and so needs nothing of the ring. */
  get _ending(): boolean {
    return this.#end !== undefined;
  }

  /** @internal Called by the ring's worker, inside a delivery, for a queue that can start: starts the head or cancels it. */
  _startHead(): void {
    const job = this._list.head!;
    const failed = this.#end === undefined ? reasonToCancel(this, job, this.#policy) : undefined;
    // The driver that was asked may have lost its device, or had it reset: then this job is over, or another goes before it, or none goes yet.
    if (job._stage !== QUEUED || this._list.head !== job || (this.ring._halted && !this._ending)) return;
    const reason = this.#end ?? failed;
    clearDependencies(job);
    this._list.passHead(job);
    if (reason === undefined) startJob(this, job);
    else cancelJob(this, job, reason);
    this.#waitForHead();
  }

  /** @internal Called by the ring's worker outside every section, or inline: lets go of what has signalled. */
  _release(): void {
    releaseJobs(this);
    if (this._list.empty) {
      this.#idle?.completeAll();
      this.#idle = undefined;
      if (!this._usable) this._teardown.look();
    }
  }

  /** @internal The device is gone: whatever is pushed ends now, with `error`, in order, without its dependencies. */
  _lose(error: number, cause: unknown): void {
    this._stop();
    this.#end = { kind: "lost", cause };
    this.#wait.cancel();
    loseJobs(this, this.#end, error, cause);
    this.ring._withdraw(this);
    this._teardown.deviceForgot();
  }

  /** @internal SIGNALLING: the device was reset: ends what it had, or takes it back (take-back.ts). */
  _takeBack(guilty: Job | null, cause: unknown): void {
    takeBack(this, guilty, cause);
    this._teardown.deviceForgot();
  }

  /** @internal Jobs were put back: the first of them is the head again, and what it waited for has signalled. */
  _rewind(): void {
    this.#wait.cancel();
    this._list.rewind();
    this._lookAtHead();
  }

  /** @internal Resolves when nothing that was pushed is left. */
  _becomeIdle(): Promise<void> {
    if (this._list.empty) return Promise.resolve();
    this.#idle ??= new Completion();
    return this.#idle._wait();
  }

  #waitForHead(): void {
    const head = this._list.head;
    if (head === null) return;
    const blocker = head._dependency === null ? null : this.#wait.begin(head);
    if (hooks.tracer !== null) this.#traceBlocked(head, blocker);
  }

  // Not of a head that was lost: an issuer that was told of the wait may have lost the device.
  #traceBlocked(head: Job<unknown, Spec>, blocker: Fence | null): void {
    if (this._list.head !== head) return;
    if (blocker !== null || !this._canStart()) hooks.tracer?.jobBlocked(head, blocker);
  }

  #offerHead(): void {
    if (this._place < 0 && this._canStart()) this.ring._offer(this);
  }
}
