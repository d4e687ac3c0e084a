/**
 * Delivery: where the consequences of signals run, and the only place that acts on registrations.
 *
 * A delivery is an interrupt-like stretch of synchronous code in which none, one or many fences signal. Signalling inside
 * it changes state at once; the registrations of all those fences become due, and run, first signalled first, when the
 * outermost delivery ends. A signal outside any delivery is a delivery of its own.
 *
 * States of the agent: outside (depth 0) -> inside (depth > 0) -> draining (the outermost is ending) -> outside.
 *
 * Invariants:
 * - F12, F15: registrations run after the state of their fence was updated, in registration order, before the outermost
 *   signal or delivery returns.
 * - Promise 6, Q30: no recursion. A registration that signals another fence adds that fence's registrations behind those
 *   that are due; 100 000 fences in a row signal in constant stack.
 * - Promise 7: the depth is the same after a delivery as before it, an exception included.
 * - Promise 1: a port that throws keeps no other registration from running, and doesn't unwind who signalled.
 */
import { add, wake } from "../platform/atomics.ts";
import type { Platform } from "../platform/platform.ts";
import { throwLater } from "../platform/throw-later.ts";
import type { Fence } from "./fence.ts";
import { COMPLETE, DEPENDENCY, POST, SCHEDULE, SIGNAL, WAKE, joinLists, removeNode } from "./registration.ts";
import type { Completable, HeadWaiter, PostTarget, Registration, Schedulable, Signallable } from "./registration.ts";

let depth = 0;
let due: Registration | null = null;
let stampPlatform: Platform | null = null;
let stamp = 0;

/** Whether the code that asks runs inside a delivery, where nothing may wait or submit. */
export function insideDelivery(): boolean {
  return depth > 0;
}

/** Opens a delivery; pairs with {@link leaveDelivery} on every path. For hot paths: everybody else uses {@link deliver}. */
export function enterDelivery(): void {
  if (depth === 0) stampPlatform = null;
  depth++;
}

/** Ends a delivery; the outermost runs what is due. */
export function leaveDelivery(): void {
  if (depth === 1) drain();
  depth--;
}

/**
 * Runs an interrupt: whatever signals in it, signals at once, and the consequences run once, when it ends.
 * The body is synchronous and must not wait or submit. Its exceptions pass through after the consequences have run.
 *
 * @example
 * ```ts
 * deliver(() => {
 *   for (const job of finished) job.queue.complete(job);
 * });
 * ```
 */
export function deliver(body: () => void): void {
  enterDelivery();
  try {
    body();
  } finally {
    leaveDelivery();
  }
}

/** The time of the present delivery, read at most once in it: a batch of signals shares one clock reading. */
export function deliveryTime(platform: Platform): number {
  if (depth === 0) return platform.now();
  if (stampPlatform !== platform) {
    stampPlatform = platform;
    stamp = platform.now();
  }
  return stamp;
}

/** SIGNALLING: takes over the registrations of a fence that just signalled; they run when the delivery ends. */
export function makeDue(list: Registration): void {
  due = joinLists(due, list);
}

/** Takes a due registration back: it will not run. */
export function removeDue(node: Registration): void {
  if (due !== null) due = removeNode(due, node);
}

function drain(): void {
  while (due !== null) {
    const node = due;
    due = removeNode(due, node);
    const fence = node._fence;
    node._fence = null; // F12: idle and re-usable before it acts.
    if (fence === null) continue;
    try {
      act(node, fence);
    } catch (error) {
      throwLater(fence._timeline.platform, error);
    }
  }
}

// SIGNALLING: none of these blocks, waits, allocates from a pool, or runs a caller's code.
function act(node: Registration, fence: Fence): void {
  switch (node._kind) {
    case WAKE: {
      const cells = node._target as Int32Array;
      add(cells, node._index, 1);
      wake(cells, node._index);
      return;
    }
    case COMPLETE:
      (node._target as Completable)._complete(fence);
      return;
    case SCHEDULE:
      (node._target as Schedulable)._schedule();
      return;
    case POST:
      (node._target as PostTarget).postMessage({ context: fence.context, seqno: fence.seqno, error: fence.error });
      return;
    case SIGNAL:
      (node._target as Signallable)._signalFrom(fence);
      return;
    case DEPENDENCY:
      (node._target as HeadWaiter)._dependencySignalled();
      return;
  }
}
