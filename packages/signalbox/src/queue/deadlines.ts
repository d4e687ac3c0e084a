/**
 * Deadline hints of one queue's jobs: the earliest for each (F28).
 *
 * Few jobs ever have one, so they are kept beside the jobs, and no longer than them: a queue without hints pays one check a job.
 */
import type { Job } from "./job.ts";

export class Deadlines {
  #byJob: WeakMap<Job, number> | undefined;

  /** True if this is the earliest so far. */
  add(job: Job, time: number): boolean {
    this.#byJob ??= new WeakMap();
    const present = this.#byJob.get(job);
    if (present !== undefined && present <= time) return false;
    this.#byJob.set(job, time);
    return true;
  }

  /** The earliest hint for this job, if it has one. */
  of(job: Job): number | undefined {
    return this.#byJob?.get(job);
  }
}
