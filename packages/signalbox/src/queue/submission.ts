/**
 * Submission: the one synchronous section in which jobs become promises, all of them or none.
 *
 * States of a submission: open (arms and takes jobs) -> committed (all are published) or rolled back (nothing happened).
 * States of a job in it: made -> armed (has its seqno; only this submission sees its fence) -> taken for the push ->
 * published.
 *
 * Invariants:
 * - Q29: seqnos are taken here, in the order of the pushes on each queue.
 * - Q8, promise 1: nothing is published before the last push; before that a failure gives all seqnos back, and leaves no
 *   trace on the jobs: their dependencies are settled when nothing can fail any more.
 * - Promise 4: a slot of the batch is a job; one that is neither submitted nor earlier in the batch is an error at arm.
 * - Promise 11: a job can only wait for what was published or armed before it, so no cycle can be published.
 * - One submission is open at a time, and none inside a signalling section (Q7, Q23).
 */
import { SignalboxError } from "../errors.ts";
import { hooks } from "../hooks.ts";
import { enterDelivery, insideDelivery, leaveDelivery } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import { ARMED, FRESH, PUBLISHED } from "../fence/state.ts";
import { describe } from "../fence/words.ts";
import { firstFresh, settleDependencies } from "./dependencies.ts";
import { Job, MADE } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

/** Whether a submission is open. */
let open = false;

/**
 * The token of an open submission: arms jobs and takes them for the push. Valid only inside the callback that got it.
 *
 * @example
 * ```ts
 * submission((section) => {
 *   section.arm(bind);
 *   for (const flush of flushes) section.arm(flush);
 *   section.push(bind);
 *   for (const flush of flushes) section.push(flush);
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
   * Gives a job its seqno; its fence may now be a dependency of jobs that are armed after it in this submission.
   * Throws EINVAL if the job is not fresh or depends on one that was neither submitted nor armed before it; ENODEV if its
   * queue was destroyed.
   */
  arm(job: Job): void {
    this.#checkOpen();
    armJob(job);
    this.#armed.push(job);
    if (!this.#next.has(job.queue)) this.#next.set(job.queue, job._seqno);
  }

  /** Takes an armed job for the push. Throws EINVAL unless it is armed, and the next of its queue to be pushed. */
  push(job: Job): void {
    this.#checkOpen();
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
  }

  /** @internal What was pushed; throws if that can't be published. */
  _close(): readonly Job[] {
    if (this.#pushed.length < this.#armed.length) {
      const pushed = new Set(this.#pushed);
      const left = this.#armed.find((job) => !pushed.has(job));
      throw new SignalboxError("EINVAL", `[Job "${left?.label ?? ""}"] was armed and never pushed`);
    }
    // The callback may have ended a queue after it armed a job of it (promise 8).
    for (const { queue } of this.#pushed) queue._checkUsable();
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
 * Submits jobs in this order, all of them or none, and answers their done fences.
 *
 * Throws, and then nothing happened: EINVAL for a job that was submitted before, or depends on one that was neither
 * submitted nor is earlier in the batch; ENODEV if a queue was destroyed; EDEADLK inside a signalling section (a driver's
 * `run`, say). Once it has returned, every one of the fences will signal.
 *
 * @example `const [uploaded, blurred] = submit(put, blur.after(put));`
 */
export function submit<const Jobs extends readonly Job[]>(...jobs: Jobs): { readonly [K in keyof Jobs]: Fence } {
  checkEntry();
  open = true;
  try {
    armAll(jobs);
    publish(jobs);
  } finally {
    open = false;
  }
  start(jobs);
  return jobs as unknown as { readonly [K in keyof Jobs]: Fence };
}

/**
 * Submits by hand: the callback arms and pushes jobs with its token; everything it pushed is published when it returns.
 *
 * Synchronous: nothing in it can wait. If it throws, answers a promise, leaves a job armed and not pushed, or has ended a
 * queue that it armed a job of, the submission is rolled back and nothing happened; the error passes through. Throws
 * EDEADLK inside a signalling section or another submission.
 */
export function submission(body: (section: Submission) => void): void {
  checkEntry();
  const section = new Submission();
  let jobs: readonly Job[];
  open = true;
  try {
    jobs = collect(section, body);
    publish(jobs);
  } finally {
    section._end();
    open = false;
  }
  start(jobs);
}

// `body` may be an async function all the same: the compiler takes one for a function that answers nothing.
function collect(section: Submission, body: (section: Submission) => unknown): readonly Job[] {
  try {
    if (body(section) instanceof Promise) {
      throw new SignalboxError("EINVAL", "A submission is synchronous: its callback must not be async");
    }
    return section._close();
  } catch (error) {
    section._rollBack();
    throw error;
  }
}

function checkEntry(): void {
  if (insideDelivery()) {
    throw new SignalboxError(
      "EDEADLK",
      "Nothing can be submitted inside a signalling section: submit after it, or from a work item",
    );
  }
  if (open) {
    throw new SignalboxError("EDEADLK", "A submission is open already: jobs of one batch go into one submission");
  }
}

function armAll(jobs: readonly Job[]): void {
  let armed = 0;
  try {
    for (const job of jobs) {
      armJob(job);
      armed++;
    }
  } catch (error) {
    rollBack(jobs.slice(0, armed));
    throw error;
  }
}

function armJob(job: Job): void {
  if (!(job instanceof Job)) throw new SignalboxError("EINVAL", `Only jobs can be submitted (got ${typeof job})`);
  const queue = job._queue;
  if (job._state !== FRESH || job._stage !== MADE || queue === null) {
    throw new SignalboxError("EINVAL", `[Job "${job.label}"] was submitted already (it is ${job.stage})`);
  }
  queue._checkUsable();
  const fresh = firstFresh(job);
  if (fresh !== null) {
    throw new SignalboxError(
      "EINVAL",
      `[Job "${job.label}"] depends on ${nameOf(fresh)}, which was not submitted and is not earlier in this batch`,
    );
  }
  job._seqno = ++queue._timeline.lastSeqno;
  job._state = ARMED;
}

function nameOf(fence: Fence): string {
  return fence instanceof Job ? `[Job "${fence.label}"]` : describe(fence);
}

// Q8: what is armed and not published can be taken back; the seqnos are the newest, since nobody else can arm meanwhile.
function rollBack(armed: readonly Job[]): void {
  for (const job of armed) {
    job._state = FRESH;
    job._seqno = 0;
    job.queue._timeline.lastSeqno--;
  }
}

// Can't fail: every check was made at arm.
function publish(jobs: readonly Job[]): void {
  for (const job of jobs) {
    const { queue } = job;
    settleDependencies(job, queue.ring.driver.overlaps === true ? null : queue._timeline);
    if (hooks.tracer !== null) traceArmed(job);
  }
  for (const job of jobs) job.queue._push(job);
  for (const job of jobs) {
    job._state = PUBLISHED;
    if (hooks.tracer !== null) hooks.tracer.jobPublished(job);
  }
}

function traceArmed(job: Job): void {
  const { tracer } = hooks;
  tracer?.jobArmed(job);
  if (job._dependency !== null) tracer?.jobDependency(job, job._dependency);
  for (const fence of job._others ?? []) tracer?.jobDependency(job, fence);
}

// One delivery: an issuer that is told of the wait may signal what other heads wait for, and no head is offered half-way.
function start(jobs: readonly Job[]): void {
  let bypass = false;
  enterDelivery();
  try {
    for (const job of jobs) {
      const { queue } = job;
      if (queue._list.head === job) queue._lookAtHead();
      if (queue._bypass) bypass = true;
    }
  } finally {
    leaveDelivery();
  }
  if (!bypass) return;
  for (const job of jobs) {
    // Null if a bypass before this one has run and released it.
    const queue = job._queue;
    if (queue?._bypass === true) queue.ring._bypass();
  }
}
