/**
 * What a lost device does to the jobs of one queue: whatever was pushed ends now, in order, without its dependencies.
 *
 * SIGNALLING: inside the delivery of the loss, so that the consequences come when all queues of the ring were gone through.
 *
 * Invariants:
 * - Promise 1: no job of the queue is running or queued afterwards. What was complete and held back signals as it would have.
 * - Promise 3: what was never started is cancelled; what was running ends with the error of the loss.
 * - A driver that is told may end other jobs, or release what has ended: the next one is looked up anew then.
 */
import type { CancelReason, JobSpec } from "../../driver.ts";
import { clearDependencies } from "../dependencies.ts";
import { QUEUED, RUNNING } from "../job.ts";
import { cancelJob } from "../job-start.ts";
import type { JobQueue } from "../job-queue.ts";

export function loseJobs<Spec extends JobSpec>(
  queue: JobQueue<Spec>,
  reason: CancelReason,
  error: number,
  cause: unknown,
): void {
  const { _list: list } = queue;
  for (let job = list.oldest; job !== null;) {
    const next = list.next(job);
    if (job._stage === RUNNING) {
      queue.complete(job, error, cause);
    } else if (job._stage === QUEUED) {
      clearDependencies(job);
      list.passHead(job);
      cancelJob(queue, job, reason, error);
    }
    job = list.resume(next);
  }
}
