/**
 * What a reset does to one queue: the device has forgotten what it was given, so every running job ends, or waits to be run again.
 *
 * SIGNALLING: inside the delivery of the reset, so that the consequences of what ends here come when all queues were gone through.
 *
 * Invariants:
 * - Promise 12: no job of the queue is running afterwards, whatever state the queue is in.
 * - Q26: only what says that it is idempotent is run again, a bounded number of times, with the same fence, in order; nothing of a
 *   queue that was killed is. A job ends as it would have if it had failed on the device: `cancel` is for what never ran (promise 3).
 * - Promise 2: what ended behind a job that is run again is held back until that one has ended.
 */
import { errno } from "../../errors.ts";
import type { CancelReason, JobSpec } from "../../driver.ts";
import { hooks } from "../../hooks.ts";
import { Cancelled } from "../cancelled.ts";
import { JobExtras } from "../extras.ts";
import { QUEUED, RUNNING } from "../job.ts";
import type { Job } from "../job.ts";
import { leaveRing } from "../job-end.ts";
import type { JobQueue } from "../job-queue.ts";

export function takeBack<Spec extends JobSpec>(queue: JobQueue<Spec>, guilty: Job | null, cause: unknown): void {
  if (guilty !== null && guilty._queue === (queue as unknown)) queue._recovery.blame();
  const reason: CancelReason = { kind: "reset", guilty, cause };
  const { _list: list } = queue;
  let anyPutBack = false;
  for (let job = list.oldest; job !== null && job !== list.head;) {
    const next = list.next(job);
    if (job._stage === RUNNING) {
      if (job === (guilty as unknown)) queue.complete(job, errno.ETIME, cause);
      else if (!queue._recovery.mayRetry(job)) queue.complete(job, errno.ECANCELED, new Cancelled(reason));
      else {
        putBack(queue, job);
        anyPutBack = true;
      }
    }
    job = list.resume(next);
  }
  if (anyPutBack) queue._rewind();
}

// It waits to be run again. To be followed by `_rewind`.
function putBack<Spec extends JobSpec>(queue: JobQueue<Spec>, job: Job<unknown, Spec>): void {
  job._stage = QUEUED;
  (job._extras ??= new JobExtras()).retries++;
  leaveRing(queue, job);
  queue.ring._jobPutBack(job);
  if (hooks.tracer !== null) hooks.tracer.jobTakenBack(job);
}
