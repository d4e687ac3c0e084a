/**
 * The load of the lifecycle cases: how many jobs there are at once, where, and what they wait for.
 */

/** Jobs submitted and not known to be done, at any time. */
export const OUTSTANDING = 1000;

/** What each queue may have in flight. */
export const CONCURRENCY = 64;

/** Queues on the device that completes on the next tick. Job `index` goes to queue `index % LANES`. */
export const LANES = 4;

/** How a case with a single queue loads it. */
export interface QueueLoad {
  /** What the queue may have in flight. */
  readonly concurrency: number;
  /** Jobs submitted and not known to be done, at any time; no case has more jobs than this where all are submitted at once. */
  readonly outstanding: number;
}

/**
 * How far back the jobs are that a job depends on, in the tick cases: on another queue, in a batch of the device before its own,
 * and not done yet when the job is submitted. There are three other queues, so two of four are on the same one.
 */
export const NO_DEPENDENCIES: Distances = [];
export const ONE_DEPENDENCY: Distances = [255];
export const FOUR_DEPENDENCIES: Distances = [253, 254, 255, 257];

export type Distances = readonly number[];
