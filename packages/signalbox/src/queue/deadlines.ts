/**
 * Deadline hints of one queue's jobs: the earliest for each, forwarded once the device has the job (F28).
 *
 * Few jobs ever have one, so they are kept beside the jobs: a queue without hints pays one check a job.
 */
import type { Driver, JobSpec } from "../driver.ts";
import { SIGNALLED } from "../fence/state.ts";
import type { Job } from "./job.ts";

export class Deadlines {
  #byJob: Map<Job, number> | undefined;

  get empty(): boolean {
    return this.#byJob === undefined;
  }

  /** True if this is the earliest so far. */
  add(job: Job, time: number): boolean {
    if (job._state === SIGNALLED) return false;
    this.#byJob ??= new Map();
    const present = this.#byJob.get(job);
    if (present !== undefined && present <= time) return false;
    this.#byJob.set(job, time);
    return true;
  }

  /** The device has the job now: it is told, and the hint is done with. */
  forward<Spec extends JobSpec>(job: Job, driver: Driver<Spec>): void {
    const time = this.#byJob?.get(job);
    if (time === undefined) return;
    this.drop(job);
    if (job._state !== SIGNALLED) driver.setDeadline?.(job as unknown as Job<unknown, Spec>, time);
  }

  /** The job is over. */
  drop(job: Job): void {
    this.#byJob?.delete(job);
    if (this.#byJob?.size === 0) this.#byJob = undefined;
  }
}
