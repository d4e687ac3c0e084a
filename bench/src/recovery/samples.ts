/** What is measured of a recovery. */
import type { Notes } from "./jobs.js";

/** How long the job that hangs may take, in ms. */
export const TIMEOUT = 50;

/** What was found, once for each job that hung. */
export interface Samples {
  /** From when it was out of time to when its lane's next job began, in ms. */
  readonly times: number[];
  /** How many neighbours ended in a ms while it hung; and from when it was out of time to the next job. Empty where there are none. */
  readonly before: number[];
  readonly during: number[];
  /** The longest time in which none ended, from when it was out of time to the next job, in ms. */
  readonly gaps: number[];
  readonly wrong: string[];
}

/** Fresh notes, in memory that threads share. */
export function notes(): Notes {
  return new Float64Array(new SharedArrayBuffer(16));
}
