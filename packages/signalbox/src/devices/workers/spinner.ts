/**
 * The spin of the side that owns the device: it looks for completions itself for a while, before it relies on being told of them.
 *
 * States: idle -> due (a microtask or, when those have gone on for `TURN`, a macrotask will look) -> looking -> due again if
 * something was completed and more is expected soon; else idle, and the threads tell by messages from then on.
 *
 * Invariants:
 * - A thread is told not to ring only while a look is due or under way: so nothing that it completes is slept through.
 * - A look ends with the first completion, or after `spin` ms, whichever comes first; and it is for jobs that are thought to
 *   take no longer than that.
 * - Looks never keep timers and I/O waiting for longer than `TURN` and one look.
 * - Nothing is looked for while no job is under way.
 */
import type { Platform } from "../../platform/platform.ts";
import { SpinHabit } from "./spin-habit.ts";

/** How long looks may follow one another by microtasks, until the event loop has a turn, in ms. */
const TURN = 1;
/** How many times is looked between two readings of the clock, which costs more than a look. */
const LOOKS = 32;

/** What is looked at: a lane. */
export interface Watched {
  /** Whether its thread was told not to ring. */
  readonly hushed: boolean;
  /** Takes what the thread has completed, if it was told not to ring; false if that is nothing. */
  poll(): boolean;
  /** The thread is to ring from now on; what it completed until then is taken. */
  listen(): void;
}

/** Looks at the lanes of one device. */
export class Spinner {
  readonly #platform: Platform;
  readonly #lanes: readonly Watched[];
  readonly #spin: number;
  readonly #habit = new SpinHabit();
  #due = false;
  /** When the microtasks began after which the event loop has had no turn; undefined if it has had one. */
  #turnBegan: number | undefined;

  /** Looks for `spin` ms at a time, more than 0. */
  constructor(platform: Platform, lanes: readonly Watched[], spin: number) {
    this.#platform = platform;
    this.#lanes = lanes;
    this.#spin = spin;
  }

  /** Jobs are about to be handed over: whether threads should be told not to ring. To be followed by `kick`. */
  wanted(): boolean {
    return this.#due || this.#habit.wanted();
  }

  /** Jobs were handed over: looks soon, if a thread was told not to ring. */
  kick(): void {
    if (this.#due || !this.#isHushed) return;
    this.#due = true;
    this.#platform.microtask(this.#look);
  }

  get #isHushed(): boolean {
    for (const lane of this.#lanes) if (lane.hushed) return true;
    return false;
  }

  readonly #look = (): void => {
    const began = this.#platform.now();
    const progressed = this.#spinFrom(began);
    if (progressed) this.#habit.paid();
    else this.#habit.failed();
    if (progressed && this.#isHushed) {
      this.#lookAgain(began);
      return;
    }
    this.#due = false;
    for (const lane of this.#lanes) if (lane.hushed) lane.listen();
  };

  // Whether something was completed before the time was over.
  #spinFrom(began: number): boolean {
    for (let looks = 1; this.#isHushed; looks++) {
      let progressed = false;
      for (const lane of this.#lanes) if (lane.poll()) progressed = true;
      if (progressed) return true;
      if (looks % LOOKS === 0 && this.#platform.now() - began >= this.#spin) return false;
    }
    return false;
  }

  // Behind whatever the completions have set going, which may hand over more.
  #lookAgain(began: number): void {
    if (this.#turnBegan === undefined) {
      this.#turnBegan = began;
      this.#platform.macrotask(() => {
        this.#turnBegan = undefined;
      });
    }
    if (began - this.#turnBegan < TURN) this.#platform.microtask(this.#look);
    else this.#platform.macrotask(this.#look);
  }
}
