/**
 * Submission: the one synchronous section in which jobs become promises, all of them or none.
 *
 * States of a submission: open (arms and takes jobs) -> committed (all are published) or rolled back (nothing happened).
 * States of a job in it: made -> armed (has its seqno; only this submission sees its fence) -> taken for the push ->
 * published.
 *
 * Invariants:
 * - Q29: seqnos are taken here, in the order of the pushes on each queue.
 * - Q8, promise 1: nothing is published before the last push; before that a failure gives all seqnos back.
 * - Promise 4: a slot of the batch is a job; one that is neither submitted nor earlier in the batch is an error at arm.
 * - Promise 11: a job can only wait for what was published or armed before it, so no cycle can be published.
 * - One submission is open at a time, and none inside a signalling section (Q7, Q23).
 */
import { SignalboxError } from "../errors.ts";
import { hooks } from "../hooks.ts";
import { insideDelivery } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import { ARMED, FRESH, PUBLISHED } from "../fence/state.ts";
import { describe } from "../fence/words.ts";
import { firstFresh, forEachDependency, settleDependencies } from "./dependencies.ts";
import { Job, MADE } from "./job.ts";

let open: Submission | null = null;

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

  /**
   * Gives a job its seqno; its fence may now be a dependency of jobs that are armed after it in this submission.
   * Throws, and rolls the submission back, EINVAL if the job is not fresh or depends on one that was neither submitted nor
   * armed before it; ENODEV if its queue was destroyed.
   */
  arm(job: Job): void {
    this.#checkOpen();
    armJob(job);
    this.#armed.push(job);
  }

  /** Takes an armed job for the push. Throws EINVAL unless it is armed, and the next of its queue to be pushed. */
  push(job: Job): void {
    this.#checkOpen();
    if (job._state !== ARMED || this.#pushed.includes(job)) throw new SignalboxError("EINVAL", `[Job "${job.label}"] is ${job.state}${job._state === ARMED ? " and pushed" : ""}: only an armed job can be pushed, once`);
    const next = this.#armed.find((other) => other._queue === job._queue && !this.#pushed.includes(other));
    if (next !== job) throw new SignalboxError("EINVAL", `[Job "${job.label}"] can't be pushed before ${describe(next ?? job)}, which was armed first on the same queue`);
    this.#pushed.push(job);
  }

  /** @internal */
  _commit(): void {
    const left = this.#armed.find((job) => !this.#pushed.includes(job));
    if (left !== undefined) throw new SignalboxError("EINVAL", `[Job "${left.label}"] was armed and never pushed`);
    commit(this.#pushed);
    this.#armed.length = 0;
  }

  /** @internal */
  _rollBack(): void {
    rollBack(this.#armed);
  }

  #checkOpen(): void {
    if (open !== this) throw new SignalboxError("EINVAL", "This submission is over: its token is valid only inside the callback that got it");
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
  let armed = 0;
  try {
    for (const job of jobs) {
      armJob(job);
      armed++;
    }
  } finally {
    if (armed < jobs.length) rollBack(jobs.slice(0, armed));
  }
  commit(jobs);
  return jobs as unknown as { readonly [K in keyof Jobs]: Fence };
}

/**
 * Submits by hand: the callback arms and pushes jobs with its token; everything it pushed is published when it returns.
 *
 * Synchronous: nothing in it can wait. If it throws, answers a promise, or leaves a job armed and not pushed, the
 * submission is rolled back and nothing happened; the error passes through. Throws EDEADLK inside a signalling section or
 * another submission.
 */
export function submission(body: (section: Submission) => void): void {
  checkEntry();
  const section = new Submission();
  open = section;
  try {
    const answer: unknown = body(section);
    if (answer instanceof Promise) throw new SignalboxError("EINVAL", "A submission is synchronous: its callback must not be async");
    section._commit();
  } catch (error) {
    section._rollBack();
    throw error;
  } finally {
    open = null;
  }
}

function checkEntry(): void {
  if (insideDelivery()) throw new SignalboxError("EDEADLK", "Nothing can be submitted inside a signalling section: submit after it, or from a work item");
  if (open !== null) throw new SignalboxError("EDEADLK", "A submission is open already: jobs of one batch go into one submission");
}

function armJob(job: Job): void {
  if (!(job instanceof Job)) throw new SignalboxError("EINVAL", `Only jobs can be submitted (got ${typeof job})`);
  const queue = job._queue;
  if (job._state !== FRESH || job._stage !== MADE || queue === null) throw new SignalboxError("EINVAL", `[Job "${job.label}"] was submitted already (it is ${job.stage})`);
  queue._checkUsable();
  if (job._dependency !== null) {
    const fresh = firstFresh(job);
    if (fresh !== null) throw new SignalboxError("EINVAL", `[Job "${job.label}"] depends on ${nameOf(fresh)}, which was not submitted and is not earlier in this batch`);
    settleDependencies(job, queue.ring.driver.overlaps === true ? null : queue._timeline);
  }
  job._seqno = ++queue._timeline.lastSeqno;
  job._state = ARMED;
  if (hooks.tracer !== null) {
    hooks.tracer.jobArmed(job);
    forEachDependency(job, (fence) => hooks.tracer?.jobDependency(job, fence));
  }
}

function nameOf(fence: Fence): string {
  return fence instanceof Job ? `[Job "${fence.label}"]` : describe(fence);
}

// Q8: what is armed and not published can be taken back; the seqnos are the newest, since nobody else can arm meanwhile.
function rollBack(armed: readonly Job[]): void {
  for (const job of armed) {
    job._state = FRESH;
    job._seqno = 0;
    if (job._queue !== null) job._queue._timeline.lastSeqno--;
  }
}

// Can't fail: every check was made at arm.
function commit(jobs: readonly Job[]): void {
  for (const job of jobs) job._queue?._push(job);
  for (const job of jobs) {
    job._state = PUBLISHED;
    if (hooks.tracer !== null) hooks.tracer.jobPublished(job);
  }
  for (const job of jobs) {
    const queue = job._queue;
    if (queue === null) continue;
    if (queue._list.head === job) queue._lookAtHead();
    if (queue._bypass) queue.ring._bypass();
  }
}
