/**
 * Submission: the one synchronous section in which jobs become promises, all of them or none.
 *
 * States of a submission: open (arms and takes jobs) -> committed (all are published) or rolled back (nothing happened).
 * States of a job in it: made -> armed (has its seqno; only this submission sees its fence) -> taken for the push ->
 * published (batch.ts).
 *
 * Invariants:
 * - Q29: seqnos are taken here, in the order of the pushes on each queue.
 * - Q8, promise 1: nothing is published before the last push; before that a failure gives all seqnos back, and leaves no
 *   trace on the jobs, nor on what they signal, read and write.
 * - Promise 4: a slot of the batch is a job, or a `Slot` that is filled before its job is armed; a dependency that is neither
 *   submitted nor earlier in the batch is an error at arm.
 * - Promise 11: a job can only wait for what was published or armed before it, so no cycle can be published.
 * - One submission is open at a time, and none inside a signalling section (Q7, Q23).
 */
import { SignalboxError } from "../errors.ts";
import { strikes } from "../faults.ts";
import type { Fence } from "../fence/fence.ts";
import type { FenceSource } from "../fence/source.ts";
import { ARMED } from "../fence/state.ts";
import { isPromise } from "../fence/synchronous.ts";
import type { Synchronous } from "../fence/synchronous.ts";
import { hooks } from "../hooks.ts";
import type { ReservationLocks } from "../sync/reservation/locks.ts";
import {
  armJob,
  bypass,
  checkBatch,
  closeBatch,
  isPlain,
  openBatch,
  openContext,
  publish,
  rollBack,
  submitPlain,
} from "./batch.ts";
import type { Job } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";
import { passOn } from "./refusals.ts";
import type { Slot } from "./slot.ts";
import type { ArmedJob, SubmittedJob } from "./submitted-job.ts";

/** What a submission may be given. */
export interface SubmitOptions {
  /**
   * Locks that the caller holds: for jobs that read or write those reservations. They stay the caller's. Locks that nobody
   * holds are taken for the time of the submission.
   */
  readonly locks?: ReservationLocks;
}

/**
 * The token of an open submission: arms jobs and takes them for the push. Valid only inside the callback that got it.
 *
 * @example
 * ```ts
 * submission((section) => {
 *   const bound = section.arm(bind);
 *   const flushed = flushes.map((flush) => section.arm(flush.after(bound)));
 *   section.push(bound);
 *   for (const flush of flushed) section.push(flush);
 * });
 * ```
 */
export class Submission {
  readonly #armed: Job[] = [];
  readonly #pushed: Job[] = [];
  /** The seqno to be pushed next, of each queue. */
  readonly #next = new Map<JobQueue, number>();
  #over = false;

  /**
   * Gives a job its seqno; its fence may now be a dependency of jobs that are armed after it in this submission. What it
   * waits for at sync objects and reservations is looked up now. Answers the armed job, which is what can be pushed.
   *
   * Throws EINVAL if the job is not fresh, depends on one that was neither submitted nor armed before it, has a slot that is
   * empty, or depends on a point that has no fence; EBUSY if somebody else holds the lock of a reservation that it uses;
   * ENODEV if its queue was destroyed.
   */
  arm<Result>(job: Job<Result>): ArmedJob<Result> {
    if (hooks.lockdep !== null) hooks.lockdep.arms(job);
    this.#checkOpen();
    armJob(job);
    this.#armed.push(job);
    if (!this.#next.has(job.queue)) this.#next.set(job.queue, job._seqno);
    return job as unknown as ArmedJob<Result>;
  }

  /**
   * Puts a fence, or what stands for fences, into a slot of a job that is yet to be armed in this submission: a job that was
   * armed in it, say (Q9). The checks and the dedup are those of `job.after()`.
   *
   * Throws EINVAL for a slot that was filled, a job that was armed or submitted, and a fence that was neither submitted nor
   * armed here.
   */
  fill(slot: Slot, fence: Fence | FenceSource): void {
    this.#checkOpen();
    openContext().fill(slot, fence);
  }

  /**
   * Takes an armed job for the push, and answers it as it is when the submission returns: as `submit` does.
   * Throws EINVAL unless it is armed, and the next of its queue to be pushed.
   */
  push<Result>(armed: ArmedJob<Result>): SubmittedJob<Result> {
    this.#checkOpen();
    const job = armed as unknown as Job<Result>;
    if (job._state !== ARMED) {
      throw new SignalboxError("EINVAL", `[Job "${job.label}"] is ${job.state}: only an armed job can be pushed`);
    }
    const next = this.#next.get(job.queue) ?? 0;
    if (job._seqno < next) throw new SignalboxError("EINVAL", `[Job "${job.label}"] was pushed already`);
    if (job._seqno > next) {
      throw new SignalboxError(
        "EINVAL",
        `[Job "${job.label}"] can't be pushed before ${job.queueName}:${next}, which was armed first on the same queue`,
      );
    }
    this.#next.set(job.queue, next + 1);
    this.#pushed.push(job);
    return job;
  }

  /** @internal What was pushed; throws if that can't be published. Over from here: issuers that are asked can arm nothing more. */
  _close(): readonly Job[] {
    this.#over = true;
    if (this.#pushed.length < this.#armed.length) {
      const pushed = new Set(this.#pushed);
      const left = this.#armed.filter((job) => !pushed.has(job));
      if (hooks.lockdep !== null) hooks.lockdep.leftArmed(left);
      throw new SignalboxError("EINVAL", `[Job "${left[0]?.label ?? ""}"] was armed and never pushed`);
    }
    // The callback may have ended a queue after it armed a job of it (promise 8).
    for (const { queue } of this.#pushed) queue._checkUsable();
    checkBatch(this.#pushed);
    return this.#pushed;
  }

  /** @internal */
  _rollBack(): void {
    rollBack(this.#armed);
  }

  /** @internal */
  _end(): void {
    this.#over = true;
  }

  #checkOpen(): void {
    if (this.#over) {
      throw new SignalboxError(
        "EINVAL",
        "This submission is over: its token is valid only inside the callback that got it",
      );
    }
  }
}

/**
 * Submits jobs in this order, all of them or none, and answers them as their done fences: to wait for, and to depend on.
 *
 * Throws, and then nothing happened: EINVAL for a job that was submitted before, has an empty slot, or depends on one that was
 * neither submitted nor is earlier in the batch, or on a point that has no fence; EBUSY when somebody holds the lock of a
 * reservation that a job uses; ENODEV if a queue was destroyed; EDEADLK inside a signalling section (a driver's `run`, say).
 * Once it has returned, every one of the fences will signal.
 *
 * @example `const [uploaded, blurred] = submit(put, blur.after(put));`
 */
export function submit<Results extends readonly unknown[]>(
  ...jobs: { readonly [K in keyof Results]: Job<Results[K]> }
): { readonly [K in keyof Results]: SubmittedJob<Results[K]> } {
  const first = (jobs as readonly Job[])[0];
  try {
    if (jobs.length === 1 && isPlain(first) && !strikes("general path")) submitPlain(first);
    else submitAll(jobs, undefined);
  } catch (error) {
    passOn(error, null);
  }
  return jobs;
}

/**
 * `submit`, for a caller that holds locks of reservations which the jobs read or write.
 * Throws EINVAL for locks that were released; otherwise as `submit`.
 *
 * @example
 * ```ts
 * await withReservations([source, target], (locks) => submitWith({ locks }, copy));
 * ```
 */
export function submitWith<Results extends readonly unknown[]>(
  options: SubmitOptions,
  ...jobs: { readonly [K in keyof Results]: Job<Results[K]> }
): { readonly [K in keyof Results]: SubmittedJob<Results[K]> } {
  try {
    submitAll(jobs, options.locks);
  } catch (error) {
    passOn(error, null);
  }
  return jobs;
}

/**
 * Submits by hand: the callback arms and pushes jobs with its token; everything it pushed is published when it returns.
 *
 * Synchronous: nothing in it can wait. If it throws, answers a promise, leaves a job armed and not pushed, fills a slot in vain,
 * or has ended a queue that it armed a job of, the submission is rolled back and nothing happened; the error passes through.
 * Throws EDEADLK inside a signalling section or another submission, EINVAL for locks that were released.
 */
export function submission<T>(body: ((section: Submission) => T) & Synchronous<T>, options: SubmitOptions = {}): void {
  try {
    submitByHand(body, options.locks);
  } catch (error) {
    passOn(error, null);
  }
}

function submitByHand(body: (section: Submission) => unknown, locks: ReservationLocks | undefined): void {
  openBatch(locks, null, body);
  const section = new Submission();
  let jobs: readonly Job[];
  let bypasses: boolean;
  try {
    jobs = collect(section, body);
    bypasses = publish(jobs);
  } finally {
    section._end();
    closeBatch();
  }
  if (bypasses) bypass(jobs);
}

function submitAll(jobs: readonly Job[], locks: ReservationLocks | undefined): void {
  let bypasses: boolean;
  openBatch(locks, jobs);
  try {
    armAll(jobs);
    bypasses = publish(jobs);
  } finally {
    closeBatch();
  }
  if (bypasses) bypass(jobs);
}

function armAll(jobs: readonly Job[]): void {
  let armed = 0;
  try {
    for (const job of jobs) {
      armJob(job);
      armed++;
    }
    checkBatch(jobs);
  } catch (error) {
    rollBack(jobs.slice(0, armed));
    throw error;
  }
}

// `body` may be async all the same, in JavaScript.
function collect(section: Submission, body: (section: Submission) => unknown): readonly Job[] {
  try {
    if (isPromise(body(section))) {
      if (hooks.lockdep !== null) hooks.lockdep.answeredPromise("submission");
      throw new SignalboxError("EINVAL", "A submission is synchronous: its callback must not be async");
    }
    return section._close();
  } catch (error) {
    section._rollBack();
    throw error;
  }
}
