/**
 * The real platform: the clock, the timers and the event loop of the agent that this module was loaded in.
 *
 * Works in Node, browsers and workers: the only difference is how to give the event loop a turn, chosen once at load.
 */
import type { Platform, Timer } from "./platform.ts";

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

/** The platform of the running program: what every device but the simulated one uses. */
export const realPlatform: Platform = {
  now: () => performance.now(),
  setTimer: (callback, delay) => setTimeout(callback, delay),
  clearTimer: (timer) => {
    clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
  },
  microtask: (callback) => {
    queueMicrotask(callback);
  },
  macrotask,
  random: () => Math.random(),
};
