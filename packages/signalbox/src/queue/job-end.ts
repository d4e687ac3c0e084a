/**
 * The end of a job that was started: what it takes of the ring is given back, and its fence signals in its turn.
 *
 * Invariants:
 * - Promise 2: `retire` alone signals done fences, from the oldest on, as far as jobs are complete or cancelled.
 * - Promise 5: `leaveRing` is called once for each start: when a job is complete, or put back by a reset.
 *
 * Called by the job queue, and by what starts, cancels and takes back its jobs.
 */
import { checkErrno } from "../errors.ts";
import type { JobSpec } from "../driver.ts";
import { enterDelivery, leaveDelivery } from "../fence/delivery.ts";
import { signalFence } from "../fence/fence.ts";
import { CANCELLED, COMPLETE } from "./job.ts";
import type { Job } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

/** It ends with this error, which its fence will tell. Throws RangeError for a number that can't be one. */
export function failJob<Spec extends JobSpec>(
  queue: Pick<JobQueue<Spec>, "_stats">,
  job: Job<unknown, Spec>,
  error: number,
  cause: unknown,
): void {
  checkErrno(error);
  job._setError(error, cause);
  queue._stats.failed++;
}

/** The job takes nothing of the ring any more. */
export function leaveRing<Spec extends JobSpec>(queue: JobQueue<Spec>, job: Job<unknown, Spec>): void {
  queue._credits.give(job._cost);
  if (queue._hardware !== null) queue._hardware.letGo(job);
  queue.ring._jobEnded(queue, job);
  if (queue._clock !== null && queue._credits.jobs === 0) queue._clock.rest();
}

/** SIGNALLING: signals from the oldest on, as far as jobs are complete (promise 2). */
export function retire<Spec extends JobSpec>(queue: JobQueue<Spec>): void {
  const { _list: list } = queue;
  enterDelivery();
  try {
    for (let job = list.oldest; job !== null && (job._stage === COMPLETE || job._stage === CANCELLED);) {
      list.passOldest(job);
      signalFence(job);
      job = list.oldest;
    }
    if (queue._inline) queue._release();
    else queue.ring._hasReleases(queue);
  } finally {
    leaveDelivery();
  }
}

/** Completes every running job up to and including `seqno`, in one delivery; answers how many. */
export function completeJobsThrough<Spec extends JobSpec>(
  queue: Pick<JobQueue<Spec>, "_list" | "complete">,
  seqno: number,
): number {
  const { _list: list } = queue;
  let count = 0;
  enterDelivery();
  try {
    for (let job = list.oldest; job !== list.head && job !== null && job._seqno <= seqno;) {
      const next = list.next(job);
      if (queue.complete(job)) count++;
      job = list.resume(next);
    }
  } finally {
    leaveDelivery();
  }
  return count;
}
