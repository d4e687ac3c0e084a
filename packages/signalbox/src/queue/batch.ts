/**
 * The batch of the open submission: the transitions of its jobs, from made to published, or back.
 *
 * States of an agent: no submission open -> open -> none. States of a job in the open one: made -> armed (has its seqno; only
 * this submission sees its fence) -> published; or back to made, all of them, with no trace.
 *
 * Invariants:
 * - One submission is open at a time, and none inside a signalling section (Q7, Q23).
 * - Q8, promise 1: whatever may fail, fails in {@link armJob} or {@link checkBatch}; from {@link publish} on nothing can.
 * - Issuers are asked in both (F16), and may do anything: what must hold at the push is checked after the last of them, and
 *   from there to the push no code runs but the core's.
 * - Nothing is seen outside before the last push: sync objects and reservations get the fences when all of them are published.
 * - A job without extras costs one check of one field here.
 *
 * Called by submission.ts only.
 */
import { SignalboxError } from "../errors.ts";
import { strikes } from "../faults.ts";
import { hooks } from "../hooks.ts";
import type { LockdepHooks, Tracer } from "../hooks.ts";
import { enterDelivery, insideDelivery, leaveDelivery } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import { ARMED, FRESH, PUBLISHED } from "../fence/state.ts";
import type { TimelineCore } from "../fence/timeline-core.ts";
import { describe } from "../fence/words.ts";
import { insideSection } from "../signalling/section.ts";
import type { ReservationLocks } from "../sync/reservation/locks.ts";
import { firstFresh, settleDependencies } from "./dependencies.ts";
import { JobExtras } from "./extras.ts";
import { Job, MADE } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";
import { SubmitContext } from "./submit-context.ts";

/** Whether a submission is open. */
let open = false;
/** What the open submission has to do with shared objects; null until a job of it has extras. */
let context: SubmitContext | null = null;
/** The locks that the caller of the open submission holds. */
let heldLocks: ReservationLocks | undefined;

/**
 * Throws EDEADLK where nothing may be submitted, EINVAL for locks that were released. To be followed by {@link closeBatch} on every
 * path. `jobs` is what is to be submitted, where that is known; `body` is what the program does in it, if anything.
 */
export function openBatch(
  locks: ReservationLocks | undefined,
  jobs: readonly Job[] | Job | null,
  body: object | null = null,
): void {
  const refused = open || insideDelivery() || insideSection() || locks?.released === true;
  if (hooks.lockdep !== null) {
    hooks.lockdep.submits(jobs);
    if (!refused) hooks.lockdep.entered("submission", body);
  }
  if (refused) refuseToOpen(locks);
  open = true;
  heldLocks = locks;
}

function refuseToOpen(locks: ReservationLocks | undefined): never {
  if (insideDelivery() || insideSection()) {
    throw new SignalboxError(
      "EDEADLK",
      "Nothing can be submitted inside a signalling section: submit after it, or from a work item",
    );
  }
  if (open)
    throw new SignalboxError("EDEADLK", "A submission is open already: jobs of one batch go into one submission");
  throw new SignalboxError(
    "EINVAL",
    `The locks of "${locks!.ticket.name}" were released: nothing is submitted with them`,
  );
}

export function closeBatch(): void {
  open = false;
  heldLocks = undefined;
  context = null;
  if (hooks.lockdep !== null) hooks.lockdep.left("submission");
}

/** What the open submission has to do with shared objects. */
export function openContext(): SubmitContext {
  return (context ??= new SubmitContext(heldLocks));
}

/** Gives a job its seqno, and everything that may fail for it. A throw has changed nothing. */
export function armJob(job: Job): void {
  checkSubmittable(job);
  strikes("arm throws");
  const extras = job._extras;
  if (extras !== null) {
    extras.arming = true;
    try {
      openContext().prepare(job, extras);
    } finally {
      extras.arming = false;
    }
  }
  job._seqno = ++job._timeline.lastSeqno;
  job._state = ARMED;
  if (extras !== null) moveStarted(extras, job._seqno, ARMED);
}

function checkSubmittable(job: Job): void {
  if (!(job instanceof Job)) throw new SignalboxError("EINVAL", `Only jobs can be submitted (got ${typeof job})`);
  const queue = job._queue;
  if (job._state !== FRESH || job._stage !== MADE || queue === null || job._extras?.arming === true) refuseAgain(job);
  else queue._checkUsable();
  if (job._dependency === null) return;
  const fresh = firstFresh(job);
  if (fresh !== null) refuseEarly(job, fresh);
}

function refuseAgain(job: Job): never {
  if (job._extras?.arming === true) {
    throw new SignalboxError(
      "EINVAL",
      `[Job "${job.label}"] is being armed: an issuer that is asked can't arm it as well`,
    );
  }
  throw new SignalboxError("EINVAL", `[Job "${job.label}"] was submitted already (it is ${job.stage})`);
}

function refuseEarly(job: Job, fresh: Fence): never {
  throw new SignalboxError(
    "EINVAL",
    `[Job "${job.label}"] depends on ${nameOf(fresh)}, which was not submitted and is not earlier in this batch`,
  );
}

/** Whether a job can go the short way: {@link submitPlain}. */
export function isPlain(job: Job | undefined): job is Job {
  return job instanceof Job && job._extras === null;
}

/**
 * The whole submission of one job without extras: as a batch of one goes, and no more of it than such a job needs. Nothing can
 * fail after the checks, and no code runs but the core's until the job is pushed.
 */
export function submitPlain(job: Job): void {
  openBatch(undefined, job);
  try {
    checkSubmittable(job);
    const { queue } = job;
    if (job._dependency !== null) settleDependencies(job, freePast(queue), null);
    job._seqno = ++job._timeline.lastSeqno;
    if (job._dependency !== null && hooks.lockdep !== null) noteDependencies(hooks.lockdep, job);
    if (hooks.tracer !== null) traceArmed(hooks.tracer, job);
    queue._push(job);
    job._state = PUBLISHED;
    if (hooks.tracer !== null) hooks.tracer.jobPublished(job);
    if (queue._list.head === job) showHead(queue);
  } finally {
    closeBatch();
  }
  if (job._queue?._bypass === true) job._queue.ring._bypass();
}

// One delivery, for the reasons of `show`.
function showHead(queue: JobQueue): void {
  enterDelivery();
  try {
    queue._lookAtHead();
  } finally {
    leaveDelivery();
  }
}

/** Q15: the timeline whose past needn't be waited for. */
function freePast(queue: JobQueue): TimelineCore | null {
  return queue.ring.driver.overlaps === true ? null : queue._timeline;
}

/** The last that can throw: when everything is armed. */
export function checkBatch(jobs: readonly Job[]): void {
  if (context === null) return;
  context.check();
  // An issuer that was asked at arm, or just now (F16), may have ended a queue (promise 8).
  for (const { queue } of jobs) queue._checkUsable();
}

/** Q8: what is armed and not published can be taken back; the seqnos are the newest, since nobody else can arm meanwhile. */
export function rollBack(armed: readonly Job[]): void {
  for (const job of armed) {
    job._state = FRESH;
    job._seqno = 0;
    job.queue._timeline.lastSeqno--;
    if (job._extras !== null) moveStarted(job._extras, 0, FRESH);
  }
  context?.drop();
}

/** Pushes all, and then shows them. Can't fail: every check was made before. Answers whether some start at once (Q23). */
export function publish(jobs: readonly Job[]): boolean {
  for (const job of jobs) {
    settleDependencies(job, freePast(job.queue), job._extras === null ? null : job._extras.found);
    if (hooks.lockdep !== null) noteDependencies(hooks.lockdep, job);
    if (hooks.tracer !== null) traceArmed(hooks.tracer, job);
  }
  for (const job of jobs) job.queue._push(job);
  for (const job of jobs) {
    job._state = PUBLISHED;
    if (job._extras !== null) publishExtras(job, job._extras);
    if (hooks.tracer !== null) hooks.tracer.jobPublished(job);
  }
  return show(jobs);
}

/** Q23: starts what needn't wait for the ring's worker; when the submission is closed. */
export function bypass(jobs: readonly Job[]): void {
  for (const job of jobs) {
    // Null if a bypass before this one has run and released it.
    const queue = job._queue;
    if (queue?._bypass === true) queue.ring._bypass();
  }
}

// One delivery: whoever finds a fence in a sync object, or is told of a wait, may signal what heads wait for, and the
// consequences come when all heads were looked at. Which they are whatever happens: they are pushed (promise 1).
function show(jobs: readonly Job[]): boolean {
  enterDelivery();
  try {
    try {
      context?.publish();
    } finally {
      for (const job of jobs) if (job.queue._list.head === job) job.queue._lookAtHead();
    }
  } finally {
    leaveDelivery();
  }
  for (const { queue } of jobs) if (queue._bypass) return true;
  return false;
}

function moveStarted({ started }: JobExtras, seqno: number, state: typeof FRESH | typeof ARMED): void {
  if (started === null) return;
  started._seqno = seqno;
  started._state = state;
}

/** The extras have done their work, but for the `started` fence, and an obligation. */
function publishExtras(job: Job, { started, carries }: JobExtras): void {
  job._extras = started === null && !carries ? null : new JobExtras(started, carries);
  if (started !== null) started._state = PUBLISHED;
}

function nameOf(fence: Fence): string {
  return fence instanceof Job ? `[Job "${fence.label}"]` : describe(fence);
}

/** From the publishing on, which nothing takes back: an armed job may still be rolled back, and its seqno be another's. */
function noteDependencies(lockdep: LockdepHooks, job: Job): void {
  noteDependenciesOf(lockdep, job, job);
  // It starts no sooner.
  const started = job._extras?.started ?? null;
  if (started !== null) noteDependenciesOf(lockdep, started, job);
}

function noteDependenciesOf(lockdep: LockdepHooks, waiter: Fence, { _dependency, _others }: Job): void {
  if (_dependency !== null) lockdep.dependsOn(waiter, _dependency, "job");
  for (const fence of _others ?? []) lockdep.dependsOn(waiter, fence, "job");
}

function traceArmed(tracer: Tracer, job: Job): void {
  tracer.jobArmed(job);
  if (job._dependency !== null || job._extras !== null) traceMore(tracer, job);
}

function traceMore(tracer: Tracer, job: Job): void {
  if (job._dependency !== null) tracer.jobDependency(job, job._dependency);
  for (const fence of job._others ?? []) tracer.jobDependency(job, fence);
  const started = job._extras?.started ?? null;
  if (started !== null) tracer.fenceCreated(started);
}
