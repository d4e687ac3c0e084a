/**
 * The recovery of one queue: how long its jobs may take, how often they are run again, and how many resets they may cause.
 *
 * Invariants:
 * - A queue on which nothing has a timeout has no clock, and pays one check a job.
 * - `banAfter`: each job that was out of time counts, and one too many kills the queue.
 * - Q26: a job is run again a bounded number of times, if it says that it is idempotent, and nothing of a queue that was killed is.
 *
 * Used by the queue, and by what a reset does to it (take-back.ts).
 */
import { SignalboxError } from "../../errors.ts";
import type { JobSpec } from "../../driver.ts";
import type { Job } from "../job.ts";
import type { JobQueue } from "../job-queue.ts";
import { checkTimeout } from "../queue-options.ts";
import { JobClock } from "./job-clock.ts";

/** What a queue says of it: see `QueueOptions`. */
export interface QueueRecoveryOptions {
  readonly timeout: number;
  readonly retries: number;
  readonly banAfter: number;
}

export class QueueRecovery<Spec extends JobSpec> {
  readonly #queue: JobQueue<Spec>;
  readonly #timeout: number;
  readonly #retries: number;
  /** How many more resets its jobs may cause. */
  #chances: number;

  /** Throws EINVAL for a timeout where the driver takes none. */
  constructor(queue: JobQueue<Spec>, { timeout, retries, banAfter }: QueueRecoveryOptions) {
    this.#queue = queue;
    this.#timeout = timeout;
    this.#retries = retries;
    this.#chances = banAfter;
    if (timeout !== Infinity) this.useClock();
  }

  /** A job is to have a timeout of its own. Throws RangeError for one that is none, EINVAL where the driver takes none. */
  check(timeout: number): void {
    checkTimeout(`[Queue "${this.#queue.name}"]`, timeout);
    if (timeout !== Infinity) this.useClock();
  }

  /** Throws EINVAL where the driver takes no timeouts. */
  useClock(): JobClock<Spec> {
    const { driver } = this.#queue.ring;
    if (driver.timedOut === undefined) {
      throw new SignalboxError(
        "EINVAL",
        `[Queue "${this.#queue.name}"] takes no timeouts: driver "${driver.name}" can't end a job`,
      );
    }
    this.#queue.ring._timed = true;
    return (this.#queue._clock ??= new JobClock(this.#queue, this.#timeout));
  }

  /** A job was out of time, and was ended or has caused a reset. */
  blame(): void {
    this.#chances--;
    if (this.#chances > 0) return;
    const { name } = this.#queue;
    this.#queue.kill(
      new SignalboxError("EIO", `[Queue "${name}"] was banned, since too many of its jobs were out of time`),
    );
  }

  /** Whether a running job that has done no wrong may be run again. */
  mayRetry(job: Job<unknown, Spec>): boolean {
    return !this.#queue._ending && job._spec?.idempotent === true && timesRun(job) < this.#retries;
  }
}

/** How often a job that waits was run before: more than 0 for one that a reset has put back. */
export function timesRun(job: Job): number {
  return job._extras?.retries ?? 0;
}
