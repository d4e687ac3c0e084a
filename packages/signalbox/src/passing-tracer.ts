/**
 * A tracer that passes everything on to the one that was there before, for others to listen in: they override what they care for,
 * and pass it on first.
 */
import type { CancelReason } from "./driver.ts";
import type { Fence } from "./fence/fence.ts";
import { hooks } from "./hooks.ts";
import type { DeviceSpan, Tracer, WaitOutcome } from "./hooks.ts";
import type { Job } from "./queue/job.ts";
import type { JobQueue } from "./queue/job-queue.ts";
import type { Ring } from "./queue/ring.ts";

export class PassingTracer implements Tracer {
  readonly #next: Tracer | null = hooks.tracer;

  ringOpened(ring: Ring): void {
    this.#next?.ringOpened(ring);
  }

  queueOpened(queue: JobQueue): void {
    this.#next?.queueOpened(queue);
  }

  queueClosed(queue: JobQueue): void {
    this.#next?.queueClosed(queue);
  }

  fenceCreated(fence: Fence): void {
    this.#next?.fenceCreated(fence);
  }

  fenceSignalled(fence: Fence): void {
    this.#next?.fenceSignalled(fence);
  }

  waitStarted(fence: Fence): void {
    this.#next?.waitStarted(fence);
  }

  waitEnded(fence: Fence, outcome: WaitOutcome): void {
    this.#next?.waitEnded(fence, outcome);
  }

  promised(fence: Fence, reason: string): void {
    this.#next?.promised(fence, reason);
  }

  jobMade(job: Job): void {
    this.#next?.jobMade(job);
  }

  jobArmed(job: Job): void {
    this.#next?.jobArmed(job);
  }

  jobDependency(job: Job, dependency: Fence): void {
    this.#next?.jobDependency(job, dependency);
  }

  jobPushed(job: Job): void {
    this.#next?.jobPushed(job);
  }

  jobPublished(job: Job): void {
    this.#next?.jobPublished(job);
  }

  jobBlocked(job: Job, blocker: Fence | null): void {
    this.#next?.jobBlocked(job, blocker);
  }

  jobStarted(job: Job): void {
    this.#next?.jobStarted(job);
  }

  jobCompleted(job: Job): void {
    this.#next?.jobCompleted(job);
  }

  jobTimedOut(job: Job): void {
    this.#next?.jobTimedOut(job);
  }

  jobTakenBack(job: Job): void {
    this.#next?.jobTakenBack(job);
  }

  ringHalted(ring: Ring, guilty: Job | null): void {
    this.#next?.ringHalted(ring, guilty);
  }

  ringResumed(ring: Ring): void {
    this.#next?.ringResumed(ring);
  }

  jobCancelled(job: Job, reason: CancelReason): void {
    this.#next?.jobCancelled(job, reason);
  }

  jobReleased(job: Job): void {
    this.#next?.jobReleased(job);
  }

  deviceSpan(span: DeviceSpan): void {
    this.#next?.deviceSpan(span);
  }
}
