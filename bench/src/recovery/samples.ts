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

/** How often a sample that can't be had is tried again, for each that is wanted. */
const AGAIN = 2;

/**
 * Takes so many samples: one that can't be had (`take` answers false) is tried again, until that becomes too much. Answers how often it
 * was tried.
 */
export async function takeSamples(times: number, take: () => Promise<boolean>): Promise<number> {
  const most = times * (1 + AGAIN);
  let tries = 0;
  for (let taken = 0; taken < times && tries < most; tries++) if (await take()) taken++;
  return tries;
}

/** Fresh notes, in memory that threads share. */
export function notes(): Notes {
  return new Float64Array(new SharedArrayBuffer(16));
}
