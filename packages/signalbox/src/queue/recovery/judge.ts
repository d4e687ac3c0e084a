/**
 * What becomes of a job that is out of time: its driver judges, the core acts (T2, Q25).
 *
 * Invariants:
 * - The driver answers with one value; the core alone moves the job, so a completion that races the timeout is one or the other.
 * - Called outside every section: a driver may look around for its answer, and the resets that follow take their own way.
 */
import { SignalboxError, errno } from "../../errors.ts";
import type { JobSpec } from "../../driver.ts";
import { hooks } from "../../hooks.ts";
import { RUNNING } from "../job.ts";
import type { Job } from "../job.ts";
import type { JobQueue } from "../job-queue.ts";

/** Answers when the job's clock begins anew, in ms on the platform's clock, if it goes on. `limit` is what it may take, 0 for one that is to end. */
export function judge<Spec extends JobSpec>(
  queue: JobQueue<Spec>,
  job: Job<unknown, Spec>,
  limit: number,
  why: string,
): number | undefined {
  if (hooks.tracer !== null) hooks.tracer.jobTimedOut(job);
  const verdict = queue.ring._calls.timedOut(job, limit);
  // Completed while the driver looked: that is its outcome.
  if (job._stage !== RUNNING) return undefined;
  if (typeof verdict === "object") return laterStart(queue, verdict.runningSince, limit);
  const cause = new SignalboxError("ETIME", `[Job "${job.label}"] ${why}`);
  switch (verdict) {
    case "running":
      return queue.ring.platform.now();
    case "recovered":
      queue.recovered(job, cause);
      return undefined;
    case "reset":
      resetFor(queue, job, cause);
      return undefined;
    case "gone":
      giveUpFor(queue, job, cause);
      return undefined;
    default:
      return unknownVerdict(queue, verdict);
  }
}

// A start from which the time is over already says no more than that the job runs.
function laterStart<Spec extends JobSpec>(queue: JobQueue<Spec>, since: number, limit: number): number {
  const now = queue.ring.platform.now();
  return since <= now && since + limit > now ? since : now;
}

function resetFor<Spec extends JobSpec>(queue: JobQueue<Spec>, job: Job<unknown, Spec>, cause: SignalboxError): void {
  const { recovery } = queue.ring;
  if (recovery === undefined) giveUpFor(queue, job, cause);
  else recovery._resetFor(job, cause);
}

function giveUpFor<Spec extends JobSpec>(queue: JobQueue<Spec>, job: Job<unknown, Spec>, cause: SignalboxError): void {
  const { recovery } = queue.ring;
  queue.complete(job, errno.ETIME, cause);
  if (recovery === undefined) queue.ring.lose(errno.EIO, cause);
  else recovery.giveUp(cause);
}

function unknownVerdict<Spec extends JobSpec>(queue: JobQueue<Spec>, verdict: never): number {
  queue.ring._calls.failed(
    new SignalboxError("EINVAL", `Driver "${queue.ring.driver.name}" answered "${String(verdict)}" for a timeout`),
  );
  return queue.ring.platform.now();
}
