/**
 * The job: one unit of work, its dependencies and its done fence, in one object.
 *
 * A job is its done fence: `submit` gives it back as a `Fence`, which is what others depend on and wait for.
 *
 * Stages: made -> queued -> running -> complete -> released, or queued -> cancelled -> released. Beside them runs the
 * fence's own state (fence.ts): a job is armed and published inside `submit`, between made and queued, and its fence
 * signals after complete or cancelled, when those of its predecessors have.
 *
 * Invariants:
 * - Promise 3: the stage passes through running or cancelled, never both.
 * - Promise 4: dependencies are added, and slots reserved, in stage made only.
 * - Q3: the `started` fence is no part of the stages: it is made if somebody asks, and signals in the step to running or cancelled.
 * - What only few jobs have is in `_extras`, so that all others pay one check of one field for it.
 * - The spec belongs to the job from `made` to `released`, and is let go then, with the queue.
 *
 * The program makes it, adds dependencies and submits it; from then on only its queue moves it.
 */
import { FenceError, SignalboxError, errorName } from "../errors.ts";
import type { JobSpec } from "../driver.ts";
import { Fence } from "../fence/fence.ts";
import type { FenceKind } from "../fence/fence.ts";
import { Inherited, shownCause } from "../fence/inherited.ts";
import { isArray, isChain, isContainer } from "../fence/kinds.ts";
import type { Signallable } from "../fence/registration.ts";
import type { FenceSource } from "../fence/source.ts";
import { FRESH, SIGNALLED } from "../fence/state.ts";
import { causeText, describe } from "../fence/words.ts";
import { Cancelled } from "./cancelled.ts";
import { addAsked, addDependency, askedMoot } from "./dependencies.ts";
import type { Dependent } from "./dependencies.ts";
import { JobExtras, hintAt, isSource, readSpec } from "./extras.ts";
import { unwrap } from "./flatten.ts";
import type { JobQueue } from "./job-queue.ts";
import { passOn } from "./refusals.ts";
import { Slot } from "./slot.ts";
import type { SubmittedJob } from "./submitted-job.ts";

export const MADE = 0;
export const QUEUED = 1;
export const RUNNING = 2;
export const COMPLETE = 3;
export const CANCELLED = 4;
export const RELEASED = 5;

/** Where a job is on its path: see the head of this file. */
export type JobStage = "made" | "queued" | "running" | "complete" | "cancelled" | "released";

const stageNames: readonly [JobStage, JobStage, JobStage, JobStage, JobStage, JobStage] = [
  "made",
  "queued",
  "running",
  "complete",
  "cancelled",
  "released",
];

/**
 * One unit of work on one queue, made by `queue.job(spec)`, and the fence that tells when it is done.
 *
 * @typeParam Result - what the device leaves in `result`
 * @example
 * ```ts
 * const blur = compute.job({ run: (gpu) => gpu.queue.submit([encode(gpu)]) }).after(upload);
 * const [blurred] = submit(blur);
 * await blurred.wait();
 * ```
 */
export class Job<Result = unknown, Spec extends JobSpec = JobSpec>
  extends Fence
  implements SubmittedJob<Result>, Dependent, Signallable
{
  /** What was submitted is no job to be submitted any more. For the compiler only. */
  declare protected readonly _made: true;
  /** @internal */ _spec: Spec | null;
  /** @internal */ _queue: JobQueue<Spec> | null;
  /** @internal */ _stage: 0 | 1 | 2 | 3 | 4 | 5 = MADE;
  /** @internal Credits. */ readonly _cost: number;
  /** @internal Outlives the spec, for errors that are asked for late. */ readonly _label: string | undefined;
  /** @internal */ _dependency: Fence | null = null;
  /** @internal */ _others: Fence[] | null = null;
  /** @internal */ _superseded: Fence[] | null = null;
  /** @internal What few jobs have (extras.ts). */ _extras: JobExtras | null = null;
  /** @internal */ _result: unknown = undefined;
  /**
   * @internal While queued, on a ring that queues share under the policy "fifo": its place in the order of pushes, 0 for one that a
   * reset has put back. From running on, where queues share a ring or one has timeouts: when it started, in ms.
   * Not a number from the start, since V8 gives a field of doubles a box for each job.
   */
  _stamp: number | undefined = undefined;

  /** @internal Use `queue.job(spec)`. */
  constructor(queue: JobQueue<Spec>, spec: Spec, cost: number) {
    super(queue._timeline, 0, FRESH);
    this._queue = queue;
    this._spec = spec;
    this._cost = cost;
    this._label = spec.label;
    const { after, signals, reads, writes } = spec;
    if (after !== undefined) dependOn(this, after);
    if (signals !== undefined || reads !== undefined || writes !== undefined)
      readSpec(nameOf(this), spec, extrasOf(this));
  }

  override get kind(): FenceKind {
    return "job";
  }

  /** What the job was made of. Throws EINVAL once it was released. */
  get spec(): Spec {
    return this._spec ?? released(this);
  }

  /** The queue that the job was made on. Throws EINVAL once it was released; `queueName` stays. */
  get queue(): JobQueue<Spec> {
    return this._queue ?? released(this);
  }

  /** The name of its queue. Readable for ever. */
  get queueName(): string {
    return this.timelineName;
  }

  /** What the job is called in traces and errors: its spec's label, else its queue and seqno, such as `upload:3`. */
  get label(): string {
    return this._label ?? describe(this);
  }

  /** The credits it takes while it is in flight, in its queue's unit. */
  get cost(): number {
    return this._cost;
  }

  /** Where the job is on its path. */
  get stage(): JobStage {
    return stageNames[this._stage];
  }

  /** What the device left as the job's outcome. Throws EINVAL before the fence signalled, and the job's own failure if it failed. */
  get result(): Result {
    if (this._state !== SIGNALLED)
      throw new SignalboxError("EINVAL", `${nameOf(this)} has no result before its fence signals`);
    const failure = this.failure();
    if (failure !== undefined) throw failure;
    return this._result as Result;
  }

  /**
   * A fence that signals when the job starts, on a timeline of its own with the job's seqno (Q3, J4): enough for who only has to come
   * behind it on the same hardware. When the job is cancelled it signals with the same error instead.
   *
   * Made by the first look, and submitted with the job. Throws EINVAL when the first look comes after the submission.
   *
   * @example `const next = compute.job({ after: first.started, ... });`
   */
  get started(): Fence {
    const present = this._extras?.started ?? null;
    if (present !== null) return present;
    if (this._state !== FRESH) {
      throw new SignalboxError(
        "EINVAL",
        `${nameOf(this)} has no "started" fence: that is to be asked for before the submission`,
      );
    }
    return (extrasOf(this).started = new Fence(this.queue._startedTimeline(), 0, FRESH));
  }

  /**
   * Makes the job wait for these fences and jobs, and for what stands for fences: a point of a sync object, a sync file, a
   * reservation at a usage (`buffer.at("write")`). Answers the job itself.
   *
   * A job may be of the same batch (submitted by the same `submit`, before this one) or have been submitted already. One of
   * this job's own queue comes before it anyway: on devices that run a queue's jobs one after the other nothing is waited
   * for, and its failure is not looked at (Q15). Of an array that signals with its last member each member is waited for,
   * and of a chain each point (Q18), so their failures count; an array that signals with its first member is one dependency.
   * What stands for fences is looked up when the job is armed: what earlier jobs of the batch put there comes first (B1). A point
   * is looked up there exactly: behind a mate that signals the same point the job waits for that mate, and not for what is still
   * pending below the point in the object, as in Panthor. Of two fences of a foreign timeline with the same seqno, the first that is
   * given is waited for (Q17).
   * Throws EINVAL once the job was submitted (promise 4), and for a job that would wait for itself.
   */
  after(...dependencies: readonly (Fence | FenceSource)[]): this {
    try {
      dependOnAll(this, dependencies);
    } catch (error) {
      passOn(error, this);
    }
    return this;
  }

  /**
   * Makes room for a dependency that will be known only inside the submission, and is put in there: `section.fill(slot, fence)` (Q9).
   * A job whose slot is empty when it is armed is refused. Throws EINVAL once the job was submitted.
   */
  reserveSlot(): Slot {
    checkFresh(this, "slots");
    const slot = new Slot(this);
    extrasOf(this).slots.push(slot);
    return slot;
  }

  /** @internal SIGNALLING: the device's own fence signalled; the job is complete with its error (Q2). */
  _signalFrom(source: Fence): void {
    this._queue?.complete(this, source._error, source._error === 0 ? undefined : new Inherited(source));
  }

  /** @internal F28: to the device if the job is there, remembered by the queue if it is not there yet. */
  override _forwardDeadline(time: number): void {
    this._queue?._hint(this, time);
  }

  /** @internal */
  override _makeError(): FenceError {
    const carried = this._cause;
    const cause = shownCause(carried instanceof Cancelled ? carried.cause : carried);
    const what = carried instanceof Cancelled ? carried.what : "failed";
    return new FenceError(`${nameOf(this)} ${what}: ${errorName(this._error)}${causeText(cause)}`, {
      errno: this._error,
      timeline: this.timelineName,
      seqno: this._seqno,
      job: this.label,
      queue: this.queueName,
      cause,
    });
  }

  /** @internal */
  override _origin(): Fence {
    const cause = this._cause instanceof Cancelled ? this._cause.cause : this._cause;
    return cause instanceof Inherited ? cause.origin : this;
  }
}

// Functions and not private methods, for which the engine would give each job a field.

// What the spec says. While the job is being made nobody can submit it, and what throws is no job: so a list needs no second look.
function dependOn(job: Job, after: Exclude<JobSpec["after"], undefined>): void {
  if (!isList(after)) addChecked(job, after);
  else for (const each of after) addChecked(job, each);
}

function addChecked(job: Job, on: Fence | FenceSource): void {
  if (on instanceof Fence && !isContainer(on)) addDependency(job, on);
  else dependOnAll(job, [on]);
}

function extrasOf(job: Job): JobExtras {
  return (job._extras ??= new JobExtras());
}

/** 11.4: an obligation is handed on to the job, and the validator is to know where. */
export function markCarrier(job: Job): void {
  extrasOf(job).carries = true;
}

function checkFresh(job: Job, what: string): void {
  const arming = job._extras?.arming === true;
  if (job._state === FRESH && !arming) return;
  const stage = arming ? "is being armed" : "was submitted";
  throw new SignalboxError("EINVAL", `${nameOf(job)} takes no more ${what}: it ${stage}`);
}

// All of them or none: a list with a mistake in it adds nothing. The list is gone through once, and the issuers are asked (F16),
// before the job is looked at again: either may run a program's code, which may submit this very job.
function dependOnAll(job: Job, all: Iterable<Fence | FenceSource>): void {
  checkFresh(job, "dependencies");
  const fences: Fence[] = [];
  const sources: (Fence | FenceSource)[] = [];
  for (const each of all) {
    checkDependency(job, each);
    if (!(each instanceof Fence) || isChain(each)) sources.push(each);
    else if (isArray(each)) unwrap(each, fences);
    else fences.push(each);
  }
  const pending = fences.filter((fence) => !askedMoot(fence));
  checkFresh(job, "dependencies");
  for (const fence of pending) addAsked(job, fence);
  for (const source of sources) extrasOf(job).sources.push(source);
}

function checkDependency(job: Job, on: unknown): void {
  if (on instanceof Fence) {
    if (on === job || on === job._extras?.started)
      throw new SignalboxError("EINVAL", `${nameOf(job)} can't wait for itself`);
  } else if (!isSource(on)) {
    throw new SignalboxError(
      "EINVAL",
      `${nameOf(job)} can only wait for fences and jobs, and what stands for them (got ${typeof on})${hintAt(on)}`,
    );
  }
}

function nameOf(job: Job): string {
  return `[Job "${job.label}" of queue "${job.queueName}"]`;
}

function released(job: Job): never {
  throw new SignalboxError("EINVAL", `${nameOf(job)} was released`);
}

/** Anything that can be gone through. What is neither that nor a dependency is refused as a member of a list is. */
function isList(after: Exclude<JobSpec["after"], undefined>): after is readonly (Fence | FenceSource)[] {
  return !isSource(after) && Symbol.iterator in Object(after);
}
