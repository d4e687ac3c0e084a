/**
 * The jobs of one queue, in seqno order, in one intrusive list with three cursors.
 *
 * ```
 * unreleased ... oldest ... head ... tail
 * |-signalled-| |-started-| |-queued-|
 * ```
 * Before `oldest`: signalled, not yet released. From `oldest` to before `head`: running, or complete and held back by an
 * older one. From `head` on: waiting. A cursor is null when its stretch and all behind it are empty.
 *
 * Invariant: the cursors only move towards the tail, so a job passes through the stretches in order (promise 2). But for one case:
 * a reset puts jobs back, and the head with them (`rewind`). Behind such a head there may be jobs that are over, which it passes.
 */
import type { JobSpec } from "../driver.ts";
import { QUEUED, RELEASED } from "./job.ts";
import type { Job } from "./job.ts";

export class JobList<Spec extends JobSpec> {
  unreleased: Job<unknown, Spec> | null = null;
  oldest: Job<unknown, Spec> | null = null;
  head: Job<unknown, Spec> | null = null;
  #tail: Job<unknown, Spec> | null = null;

  get empty(): boolean {
    return this.unreleased === null;
  }

  /** The job behind this one. */
  next(job: Job<unknown, Spec>): Job<unknown, Spec> | null {
    return job._next as Job<unknown, Spec> | null;
  }

  /** The one to go on with after something was done to the one before it: `next`, or the oldest if that has left the list meanwhile. */
  resume(next: Job<unknown, Spec> | null): Job<unknown, Spec> | null {
    return next !== null && next._stage === RELEASED ? this.oldest : next;
  }

  push(job: Job<unknown, Spec>): void {
    if (this.#tail === null) this.unreleased = job;
    else this.#tail._next = job;
    this.#tail = job;
    this.oldest ??= job;
    this.head ??= job;
  }

  /** The head was started or cancelled: the next one that waits is the head. */
  passHead(head: Job<unknown, Spec>): void {
    let next = this.next(head);
    while (next !== null && next._stage !== QUEUED) next = this.next(next);
    this.head = next;
  }

  /** Jobs were put back to wait: the first that waits is the head. */
  rewind(): void {
    let first = this.oldest;
    while (first !== null && first._stage !== QUEUED) first = this.next(first);
    this.head = first;
  }

  /** The oldest has signalled. */
  passOldest(oldest: Job<unknown, Spec>): void {
    this.oldest = this.next(oldest);
  }

  /** The first signalled job that was not released; null when there is none. */
  get releasable(): Job<unknown, Spec> | null {
    return this.unreleased === this.oldest ? null : this.unreleased;
  }

  /** Takes out the first one, which was released. */
  passReleased(job: Job<unknown, Spec>): void {
    this.unreleased = this.next(job);
    if (this.unreleased === null) this.#tail = null;
    job._next = null; // A fence that somebody keeps must not keep all that came after it.
  }
}
