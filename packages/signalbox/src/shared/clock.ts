/**
 * Times that cross threads: each agent's clock has its own zero, so what is in shared memory counts from a zero of all.
 */
import type { Platform } from "../platform/platform.ts";
import { timeOrigin } from "../platform/threads.ts";

/** A time of this agent's clock, in ms, as other agents can read it. */
export function toSharedTime(time: number): number {
  return time + timeOrigin();
}

/** A time that some agent left in shared memory, in ms on this agent's clock. */
export function fromSharedTime(time: number): number {
  return time - timeOrigin();
}

/** The time now, as other agents can read it. */
export function sharedNow(platform: Platform): number {
  return toSharedTime(platform.now());
}
