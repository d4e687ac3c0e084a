/**
 * The last step of a job: its queue and its driver let go of it, and it of what it was made from.
 *
 * Invariants:
 * - Only what has signalled is released, in order, once: the driver is told of each, and of none before (promise 8).
 * - A fence that somebody keeps afterwards keeps neither its queue, nor its spec, nor the job behind it.
 *
 * Called by the job queue: by the ring's worker outside every section, or inline with the signals (Q6).
 */
import type { JobSpec } from "../driver.ts";
import { hooks } from "../hooks.ts";
import { RELEASED } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

/** What of a queue takes part in a release. */
type Releasing<Spec extends JobSpec> = Pick<JobQueue<Spec>, "_list" | "ring">;

export function releaseJobs<Spec extends JobSpec>({ _list: list, ring }: Releasing<Spec>): void {
  const calls = ring._calls;
  for (let job = list.releasable; job !== null; job = list.releasable) {
    calls.release(job);
    if (hooks.tracer !== null) hooks.tracer.jobReleased(job);
    list.passReleased(job);
    job._stage = RELEASED;
    job._spec = null;
    job._queue = null;
  }
}
