/** How a device is brought back: the options, what they are where nothing is said, and the checks that they go through. */
import type { Platform } from "../../platform/platform.ts";
import { realPlatform } from "../../platform/real.ts";

/** How long a device may take to come back, or to let go of a queue, where nothing is said, in ms. */
export const TIME_LIMIT = 5_000;

/** How a recovery domain is made. */
export interface RecoveryOptions {
  /** How often a restart is tried until the device is given up; 3 if left out. A whole number from 1. */
  readonly attempts?: number;
  /** How long after a failed attempt the next one begins, in ms; twice as long after each further one. 100 if left out. */
  readonly backoff?: number;
  /** How long an attempt may take, in ms, until it counts as failed; 5 000 if left out. More than 0. */
  readonly timeLimit?: number;
  /** Where its time comes from; the real one if left out. */
  readonly platform?: Platform;
}

/** The options with nothing left out. Throws RangeError for numbers that make no sense. */
export function completeRecoveryOptions(name: string, options: RecoveryOptions): Required<RecoveryOptions> {
  const { attempts = 3, backoff = 100, timeLimit = TIME_LIMIT, platform = realPlatform } = options;
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new RangeError(`[Device "${name}"] is brought back in a whole number of attempts from 1 (got ${attempts})`);
  if (!(backoff >= 0 && backoff < Infinity))
    throw new RangeError(`[Device "${name}"] needs a back-off of 0 ms or more (got ${backoff})`);
  if (!(timeLimit > 0))
    throw new RangeError(`[Device "${name}"] needs a time limit of more than 0 ms (got ${timeLimit})`);
  return { attempts, backoff, timeLimit, platform };
}
