/**
 * The load of the lifecycle cases: how many jobs there are at once, where, and what they wait for.
 */

/** Jobs submitted and not known to be done, at any time. */
export const OUTSTANDING = 1000;

/** What each queue may have in flight. */
export const CONCURRENCY = 64;

/** Queues on the device that completes on the next tick. Job `index` goes to queue `index % LANES`. */
export const LANES = 4;

/** With dependencies, job `index` waits for job `index - DISTANCE`: on another queue, and not done yet when it is submitted. */
export const DISTANCE = 255;
