/**
 * What may end a wait before its time has come: a time limit, relative or absolute (Q39), and an abort.
 */
import { SignalboxError, checkTimeout } from "../errors.ts";
import type { Platform, Timer } from "../platform/platform.ts";

/** How long a wait may take, and what else may end it; for ever if everything is left out. */
export interface WaitLimits {
  /** From now, in ms; 0 only looks. */
  readonly timeout?: number;
  /** SY12: the time on the platform's clock, in ms, at which the wait gives up; one that has passed only looks. */
  readonly until?: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
}

/** What is left of the time, in ms: Infinity for no limit. Throws RangeError for a negative timeout and for NaN, EINVAL for two limits. */
export function timeLeft(platform: Platform, { timeout, until }: WaitLimits): number {
  if (timeout !== undefined && until !== undefined) {
    throw new SignalboxError("EINVAL", `A wait has a timeout (${timeout}) or a time to give up (${until}), not both`);
  }
  checkTimeout(timeout);
  if (until === undefined) return timeout ?? Infinity;
  if (Number.isNaN(until)) throw new RangeError(`A wait gives up at a time in ms (got ${until})`);
  return Math.max(0, until - platform.now());
}

/** A timer and a listener of one wait. Calls back once at the most; after `clear()` neither is left, and it never does. */
export class EarlyEnd {
  readonly #platform: Platform;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: Timer | undefined;
  readonly #onAbort: () => void;

  constructor(
    platform: Platform,
    timeLeft: number,
    signal: AbortSignal | undefined,
    giveUp: (outcome: "late" | "aborted") => void,
  ) {
    this.#platform = platform;
    this.#signal = signal;
    this.#onAbort = () => {
      this.clear();
      giveUp("aborted");
    };
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#timer =
      timeLeft === Infinity
        ? undefined
        : platform.setTimer(() => {
            this.clear();
            giveUp("late");
          }, timeLeft);
  }

  clear(): void {
    if (this.#timer !== undefined) this.#platform.clearTimer(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
