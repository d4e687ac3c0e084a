/**
 * The way of a job out of the queue: it is started or it is cancelled, with the consequences for who waits for that.
 *
 * Invariants:
 * - Promise 3: each pushed job passes one of the two, once; `startJob` again for each time that a reset puts it back.
 * - Promise 5: credits are taken in `startJob`; `complete` gives them.
 * - Q3: `started` fences signal here, and so in seqno order as well.
 *
 * Called by the job queue, inside a delivery, for the job that was its head.
 */
import { errno } from "../errors.ts";
import type { CancelReason, Driver, FailedDependencyPolicy, JobSpec, RunOutcome } from "../driver.ts";
import { signalFence } from "../fence/fence.ts";
import { Inherited } from "../fence/inherited.ts";
import { SIGNALLED } from "../fence/state.ts";
import { hooks } from "../hooks.ts";
import { enterSection, leaveSection } from "../signalling/section.ts";
import { Cancelled } from "./cancelled.ts";
import { firstFailed } from "./dependencies.ts";
import type { JobExtras } from "./extras.ts";
import { HardwareSide } from "./hardware.ts";
import { CANCELLED, RUNNING } from "./job.ts";
import type { Job } from "./job.ts";
import { retire } from "./job-end.ts";
import type { JobQueue } from "./job-queue.ts";
import { timesRun } from "./recovery/queue-recovery.ts";

/** Why a job whose dependencies have signalled is not to be started; undefined if it is. May ask the driver. */
export function reasonToCancel<Spec extends JobSpec>(
  queue: JobQueue<Spec>,
  job: Job<unknown, Spec>,
  policy: FailedDependencyPolicy,
): CancelReason | undefined {
  if (job._dependency === null && job._superseded === null) return undefined;
  if (policy === "ignore") return undefined;
  const fence = firstFailed(job);
  if (fence === null) return undefined;
  if (policy === "ask" && queue.ring._calls.mayRunAfter(job, fence)) return undefined;
  return { kind: "dependency", fence };
}

/** SIGNALLING: the driver may complete the job from inside `run`, so the stage and the credits come first (11.3, 5). */
export function startJob<Spec extends JobSpec>(queue: JobQueue<Spec>, job: Job<unknown, Spec>): void {
  const { ring } = queue;
  job._stage = RUNNING;
  queue._credits.take(job._cost);
  ring._jobStarted(queue, job);
  if (queue._clock !== null) queue._clock.started(job);
  if (hooks.tracer !== null) hooks.tracer.jobStarted(job);
  if (job._extras !== null) signalStarted(job, job._extras);
  try {
    const outcome = job._extras?.carries === true ? runInSection(ring.driver, job) : ring.driver.run(job);
    if (outcome === "done") queue.complete(job);
    else if (outcome !== "pending") hardwareOf(queue).follow(job, outcome);
  } catch (error) {
    // Where it had completed the job, this is no outcome of it any more.
    if (!queue.complete(job, errno.EIO, error)) ring._calls.failed(error);
  }
  if (queue._deadlines !== null) queue._deadlines.started(job);
}

// 11.4: the section that ended where the obligation was handed on to the job goes on here.
function runInSection<Spec extends JobSpec>(driver: Driver<Spec>, job: Job<unknown, Spec>): RunOutcome {
  enterSection(runInSection, job);
  try {
    return driver.run(job);
  } finally {
    leaveSection();
  }
}

function hardwareOf<Spec extends JobSpec>(queue: JobQueue<Spec>): HardwareSide {
  return (queue._hardware ??= new HardwareSide(queue.width, queue.ring.driver.name));
}

/** SIGNALLING: it never runs, or never again, and signals with this error when those before it have. */
export function cancelJob<Spec extends JobSpec>(
  queue: JobQueue<Spec>,
  job: Job<unknown, Spec>,
  reason: CancelReason,
  error: number = errno.ECANCELED,
): void {
  const { ring } = queue;
  job._stage = CANCELLED;
  queue._stats.cancelled++;
  job._setError(error, new Cancelled(reason));
  if (hooks.tracer !== null) hooks.tracer.jobCancelled(job, reason);
  // Before the driver is told: it may lose the ring, and so cancel the jobs behind this one.
  if (job._extras !== null) signalStarted(job, job._extras);
  try {
    if (timesRun(job) === 0) ring.driver.cancel(job, reason);
  } catch (thrown) {
    if (job._state === SIGNALLED) ring._calls.failed(thrown);
    else job._setError(error, thrown);
  }
  if (queue._list.oldest === job) retire(queue);
}

// SIGNALLING: Q3: the job was started, or cancelled, and then with its error. In the order of the queue, as both are.
function signalStarted(job: Job, { started }: JobExtras): void {
  if (started === null || started._state === SIGNALLED) return; // At its first start.
  if (job._stage === CANCELLED) started._setError(job._error, new Inherited(job));
  signalFence(started);
}
