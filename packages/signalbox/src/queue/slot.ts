/**
 * The slot: room for a dependency that is not known when its job is made, reserved outside the section and filled in it (Q9).
 *
 * States: empty -> filled, inside a submission -> taken, when its job is armed; a rollback leaves it empty again.
 *
 * Invariants: an empty slot is an error at arm, never a job that runs early (promise 4). Filling goes through the same checks
 * and the same dedup as `job.after()` (Q17).
 *
 * A job makes it (`job.reserveSlot()`), the open submission fills it (`section.fill()`).
 */
import type { Fence } from "../fence/fence.ts";
import { FRESH } from "../fence/state.ts";
import type { Job } from "./job.ts";

/**
 * A place among a job's dependencies, to be filled inside the submission that arms the job.
 *
 * @example
 * ```ts
 * const slot = flush.reserveSlot();
 * submission((section) => {
 *   const bound = section.arm(bind);
 *   section.fill(slot, bound);
 *   const flushed = section.arm(flush);
 *   section.push(bound);
 *   section.push(flushed);
 * });
 * ```
 */
export class Slot {
  /** @internal The job that will wait for what is put in. */ readonly _job: Job;
  /** @internal What it was filled with, containers unwrapped; null while it is empty. */ _fences:
    readonly Fence[] | null = null;

  /** @internal Use `job.reserveSlot()`. */
  constructor(job: Job) {
    this._job = job;
  }

  /** Whether it was filled: for good once its job was submitted, until the end of the submission before that. */
  get filled(): boolean {
    return this._fences !== null || this._job._state !== FRESH;
  }
}
