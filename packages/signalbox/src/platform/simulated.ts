/**
 * The simulated platform: virtual time, in which a run depends on its seed alone.
 *
 * What asks for a microtask, a macrotask or a timer is put into a list and runs when the simulation steps: microtasks first,
 * in order; then macrotasks, in order; then the earliest timer, to whose time the clock jumps.
 *
 * States: idle (nothing in the lists) -> pending -> stepping -> idle. With `auto`, pending steps itself: one event in each
 * turn of the real event loop, so that code which awaits fences runs between them. Without, the owner calls `step` or `run`.
 */
import type { Platform, Timer } from "./platform.ts";
import { seededRandom } from "./random.ts";
import { realPlatform } from "./real.ts";

/** How a simulation is set up. */
export interface SimPlatformOptions {
  /** What its random numbers come from; 1 if left out. */
  readonly seed?: number;
  /** Step by itself while anything is pending; true if left out. */
  readonly auto?: boolean;
}

interface SimTimer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that only moves when nothing else is left to do.
 *
 * @example
 * ```ts
 * const platform = new SimPlatform({ seed: 7, auto: false });
 * platform.setTimer(() => console.log(platform.now()), 1_000);
 * platform.run(); // prints 1000, at once
 * ```
 */
export class SimPlatform implements Platform {
  readonly #random: () => number;
  readonly #auto: boolean;
  readonly #microtasks: (() => void)[] = [];
  readonly #macrotasks: (() => void)[] = [];
  readonly #timers = new Set<SimTimer>();
  #now = 0;
  #order = 0;
  #pumping = false;

  constructor(options: SimPlatformOptions = {}) {
    this.#random = seededRandom(options.seed ?? 1);
    this.#auto = options.auto ?? true;
  }

  /** Whether nothing is left to happen. */
  get idle(): boolean {
    return this.#microtasks.length === 0 && this.#macrotasks.length === 0 && this.#timers.size === 0;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random();
  }

  microtask(callback: () => void): void {
    this.#microtasks.push(callback);
    this.#pump();
  }

  macrotask(callback: () => void): void {
    this.#macrotasks.push(callback);
    this.#pump();
  }

  setTimer(callback: () => void, delay: number): Timer {
    const timer: SimTimer = { at: this.#now + Math.max(0, delay), order: this.#order++, callback };
    this.#timers.add(timer);
    this.#pump();
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#timers.delete(timer as SimTimer);
  }

  /** Lets one thing happen; false if nothing was left. */
  step(): boolean {
    const task = this.#microtasks.shift() ?? this.#macrotasks.shift();
    if (task !== undefined) {
      task();
      return true;
    }
    const timer = this.#earliest();
    if (timer === undefined) return false;
    this.#timers.delete(timer);
    this.#now = timer.at;
    timer.callback();
    return true;
  }

  /** Steps until nothing is left, or the clock would pass `until` ms; answers the time. Synchronous: promises settle after it. */
  run(until: number = Infinity): number {
    while (this.#microtasks.length > 0 || this.#macrotasks.length > 0 || (this.#earliest()?.at ?? Infinity) <= until) {
      if (!this.step()) break;
    }
    if (until !== Infinity) this.#now = Math.max(this.#now, until);
    return this.#now;
  }

  // Equal times fire in the order in which the timers were set.
  #earliest(): SimTimer | undefined {
    let earliest: SimTimer | undefined;
    for (const timer of this.#timers) {
      if (
        earliest === undefined ||
        timer.at < earliest.at ||
        (timer.at === earliest.at && timer.order < earliest.order)
      )
        earliest = timer;
    }
    return earliest;
  }

  #pump(): void {
    if (!this.#auto || this.#pumping) return;
    this.#pumping = true;
    const turn = (): void => {
      this.#pumping = false;
      try {
        this.step();
      } finally {
        // Something that throws is the agent's to report; the rest still happens.
        if (!this.idle) this.#pump();
      }
    };
    realPlatform.macrotask(turn);
  }
}
