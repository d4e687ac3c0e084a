/**
 * How a queue is opened: the options, what they are where nothing is said, and the checks that they go through.
 */
import { SignalboxError } from "../errors.ts";
import type { FailedDependencyPolicy } from "../driver.ts";
import type { Priority } from "./fair.ts";

/** When the data of a queue's jobs is let go; see `QueueOptions.release`. */
export type ReleaseMode = "deferred" | "inline";

/** How a queue is opened. */
export interface QueueOptions {
  /** What its jobs' costs may add up to in flight, in a unit of your own; unlimited if left out (but for 2^53 - 1, up to which sums are exact). More than 0. */
  readonly credits?: number;
  /** How many of its jobs may be in flight; unlimited if left out. A whole number from 1. */
  readonly jobs?: number;
  /**
   * For devices that run each job on several rings at once (multi-ring jobs, Q40): how many, the same for all jobs of the
   * queue; `driver.run` answers that many fences, always of the same timelines. 1 if left out. A whole number from 1.
   */
  readonly width?: number;
  /** Its share of a ring that other queues use too; "normal" if left out. */
  readonly priority?: Priority;
  /** What becomes of a job whose dependency failed (Q19); "cancel" if left out. */
  readonly onFailedDependency?: FailedDependencyPolicy;
  /** Start jobs inside `submit` when nothing holds them back (Q23); false if left out. */
  readonly bypass?: boolean;
  /**
   * How long a job may take from its own start, in ms, until its driver is asked what to do about it (promise 9); for ever if left out.
   * More than 0, and only on devices that can do something about it (`driver.timedOut`).
   */
  readonly timeout?: number;
  /**
   * When a job's data is let go: "deferred", in a batch outside every section, if left out; or "inline", right after its fence has
   * signalled, inside the section that signalled it: for drivers whose `release` is safe there (Q6).
   */
  readonly release?: ReleaseMode;
  /** How often a job that says `idempotent` is run again after resets that were not its fault (Q26); 3 if left out. A whole number from 0. */
  readonly retries?: number;
  /** How many of its jobs may be ended for being out of time, by a reset or alone, until the queue is killed; any number if left out. A whole number from 1. */
  readonly banAfter?: number;
}

const policies: readonly FailedDependencyPolicy[] = ["cancel", "ignore", "ask"];
const releaseModes: readonly ReleaseMode[] = ["deferred", "inline"];
const priorities: readonly Priority[] = ["kernel", "high", "normal", "low"];

/** The options with nothing left out. Throws RangeError for a number, EINVAL for a word that makes no sense. */
export function completeOptions(name: string, options: QueueOptions): Required<QueueOptions> {
  const {
    credits = Infinity,
    jobs = Infinity,
    width = 1,
    priority = "normal",
    onFailedDependency = "cancel",
    release = "deferred",
    timeout = Infinity,
    retries = 3,
    banAfter = Infinity,
  } = options;
  if (!(credits > 0)) throw new RangeError(`[Queue "${name}"] needs credits above 0 (got ${credits})`);
  if (jobs !== Infinity && (!Number.isInteger(jobs) || jobs < 1)) {
    throw new RangeError(`[Queue "${name}"] needs a limit of jobs that is a whole number from 1 (got ${jobs})`);
  }
  if (!Number.isSafeInteger(width) || width < 1) {
    throw new RangeError(`[Queue "${name}"] needs a width that is a whole number from 1 (got ${width})`);
  }
  if (!priorities.includes(priority)) {
    throw new SignalboxError("EINVAL", `[Queue "${name}"] has no priority "${priority}"`);
  }
  if (!policies.includes(onFailedDependency)) {
    throw new SignalboxError(
      "EINVAL",
      `[Queue "${name}"] has no policy "${onFailedDependency}" for failed dependencies`,
    );
  }
  if (!releaseModes.includes(release)) {
    throw new SignalboxError("EINVAL", `[Queue "${name}"] has no mode "${release}" for releases`);
  }
  checkTimeout(`[Queue "${name}"]`, timeout);
  if (!Number.isInteger(retries) || retries < 0)
    throw new RangeError(`[Queue "${name}"] needs a number of retries that is whole, from 0 (got ${retries})`);
  if (banAfter !== Infinity && (!Number.isInteger(banAfter) || banAfter < 1))
    throw new RangeError(`[Queue "${name}"] is banned after a whole number of jobs from 1 (got ${banAfter})`);
  const bypass = options.bypass ?? false;
  return { credits, jobs, width, priority, onFailedDependency, bypass, release, timeout, retries, banAfter };
}

/** Throws RangeError for what is no time that a job may take. */
export function checkTimeout(name: string, timeout: number): void {
  if (!(timeout > 0)) throw new RangeError(`${name} needs a timeout of more than 0 ms (got ${timeout})`);
}
