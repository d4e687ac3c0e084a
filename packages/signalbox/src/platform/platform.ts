/**
 * The platform: the one seam to time, timers, turns of the event loop and chance.
 *
 * The core reaches the outside through an object of this shape and nothing else, so that the same code runs on the real
 * clock (`realPlatform`) or in virtual time under a seed (`SimPlatform`). Atomics and threads have their own files here:
 * they are the same on every clock.
 */

/** A pending timer, to be given back to `clearTimer`. What it is inside is the platform's own business. */
export type Timer = object | number;

/**
 * Where time, timers, microtasks and random numbers come from.
 *
 * All times are milliseconds, with fractions, on a clock that never goes back.
 */
export interface Platform {
  /** The time now, in ms on the platform's own clock (its zero means nothing). */
  now(): number;
  /** Calls back once, not before `delay` ms have passed. */
  setTimer(callback: () => void, delay: number): Timer;
  /** Takes a timer back: if it has not fired it never will. */
  clearTimer(timer: Timer): void;
  /** Says whether a pending timer keeps the process from ending, as it does when it is set. Left out where nothing ends by itself. */
  holdTimer?(timer: Timer, hold: boolean): void;
  /** Calls back before the event loop takes its next turn. */
  microtask(callback: () => void): void;
  /** The same for a callback that never throws, where that is cheaper; left out where it is not. */
  kick?(callback: () => void): void;
  /** Calls back after timers and I/O have had a turn. */
  macrotask(callback: () => void): void;
  /** A number in [0, 1). */
  random(): number;
}
