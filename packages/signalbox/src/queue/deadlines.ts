/**
 * Deadline hints of one queue's jobs: the earliest for each, to the device when the job is there (F28).
 *
 * Few jobs ever have one, so they are kept beside the jobs, and no longer than them: a queue without hints pays one check a job.
 */
import type { JobSpec } from "../driver.ts";
import { RUNNING } from "./job.ts";
import type { Job } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

export class Deadlines<Spec extends JobSpec> {
  readonly #queue: JobQueue<Spec>;
  readonly #byJob = new WeakMap<Job<unknown, Spec>, number>();

  constructor(queue: JobQueue<Spec>) {
    this.#queue = queue;
  }

  /** Somebody wants the job done by `time`. */
  set(job: Job<unknown, Spec>, time: number): void {
    if (job._stage > RUNNING) return;
    const present = this.#byJob.get(job);
    if (present !== undefined && present <= time) return;
    this.#byJob.set(job, time);
    if (job._stage === RUNNING) this.#hurry(job, time);
  }

  /** The job was given to the device, which may be done with it already. */
  started(job: Job<unknown, Spec>): void {
    const time = this.#byJob.get(job);
    if (time !== undefined && job._stage === RUNNING) this.#hurry(job, time);
  }

  // To the driver, and to the fences that it gave for the job.
  #hurry(job: Job<unknown, Spec>, time: number): void {
    this.#queue.ring._calls.hurry(job, time);
    this.#queue._hardware?.hurry(job, time);
  }
}
