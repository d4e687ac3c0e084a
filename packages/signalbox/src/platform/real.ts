/**
 * The real platform: the clock, the timers and the event loop of the agent that this module was loaded in.
 *
 * Works in Node, browsers and workers: the only difference is how to give the event loop a turn, chosen once at load.
 */
import type { Platform } from "./platform.ts";

type TimeoutHandle = Parameters<typeof clearTimeout>[0];

/** The longest delay that `setTimeout` takes, in ms: it makes 1 ms of a longer one. */
const LONGEST_DELAY = 0x7fff_ffff;

/** A timer of more than 24.8 days: several timeouts, one after the other. */
class LongTimer {
  readonly #callback: () => void;
  #left: number;
  #handle: TimeoutHandle;
  #held = true;

  constructor(callback: () => void, delay: number) {
    this.#callback = callback;
    this.#left = delay;
    this.#next();
  }

  clear(): void {
    clearTimeout(this.#handle);
  }

  hold(hold: boolean): void {
    this.#held = hold;
    holdHandle(this.#handle, hold);
  }

  #next(): void {
    const delay = Math.min(this.#left, LONGEST_DELAY);
    this.#left -= delay;
    this.#handle = setTimeout(() => {
      if (this.#left > 0) this.#next();
      else this.#callback();
    }, delay);
    if (!this.#held) holdHandle(this.#handle, false);
  }
}

// In browsers a timer is a number, and no page ends for want of timers.
function holdHandle(handle: TimeoutHandle, hold: boolean): void {
  if (typeof handle !== "object") return;
  if (hold) handle.ref();
  else handle.unref();
}

function macrotaskByMessage(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(0);
  };
}

// Looked up at each call, not kept: a program may govern the global `setImmediate` (see the WebGPU device's pump).
const macrotask: (callback: () => void) => void =
  typeof setImmediate === "function" ? (callback) => void setImmediate(callback) : macrotaskByMessage();

const resolved = Promise.resolve();

/** The platform of the running program: what every device but the simulated one uses. */
export const realPlatform: Platform = {
  now: () => performance.now(),
  setTimer: (callback, delay) => (delay > LONGEST_DELAY ? new LongTimer(callback, delay) : setTimeout(callback, delay)),
  clearTimer: (timer) => {
    if (timer instanceof LongTimer) timer.clear();
    else clearTimeout(timer as TimeoutHandle);
  },
  holdTimer: (timer, hold) => {
    if (timer instanceof LongTimer) timer.hold(hold);
    else holdHandle(timer as TimeoutHandle, hold);
  },
  microtask: (callback) => {
    queueMicrotask(callback);
  },
  // A third of the time of `queueMicrotask`, which in Node makes an object to report what is thrown; here that would be a rejection.
  kick: (callback) => {
    void resolved.then(callback);
  },
  macrotask,
  random: () => Math.random(),
};
