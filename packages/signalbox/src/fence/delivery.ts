/**
 * Delivery: where the consequences of signals run, and the only place that acts on registrations.
 *
 * A delivery is an interrupt-like stretch of synchronous code in which none, one or many fences signal. Signalling inside
 * it changes state at once; the registrations of all those fences become due, and run when the outermost delivery ends. A
 * signal outside any delivery is a delivery of its own. Containers whose members signalled are settled after all that.
 *
 * States of the agent: outside (depth 0) -> inside (depth > 0) -> draining (the outermost is ending) -> settling containers,
 * each with deliveries of its own -> outside.
 *
 * Invariants:
 * - F12, F15: registrations run after the state of their fence was updated, in registration order, before the outermost
 *   signal or delivery returns. Of several fences, those of the first signalled run first.
 * - Q30: depth first, as in the kernel, where a callback that signals another fence is not done before that fence's callbacks
 *   are: what becomes due while a registration acts goes in front of the rest.
 * - Promise 6: without recursion, so that 100 000 fences in a row signal in constant stack.
 * - F14, Q30: containers signal after everything that is due, in batches, the newest of a batch first; what comes up
 *   meanwhile is the next batch. That is the order of the kernel's irq_work.
 * - Promise 7: the depth is the same after a delivery as before it, an exception included.
 * - Promise 1: a port that throws keeps no other registration from running, and doesn't unwind who signalled; nor does what
 *   goes wrong while a container is settled keep any other from it.
 */
import { SignalboxError } from "../errors.ts";
import { strikes } from "../faults.ts";
import { hooks } from "../hooks.ts";
import type { LockdepHooks } from "../hooks.ts";
import { add, wake } from "../platform/atomics.ts";
import type { Platform } from "../platform/platform.ts";
import { throwLater } from "../platform/throw-later.ts";
import type { Fence } from "./fence.ts";
import type { TimelineCore } from "./timeline-core.ts";
import {
  COMPLETE,
  DEPENDENCY,
  MEMBER,
  POST,
  SCHEDULE,
  SIGNAL,
  WAIT,
  WAKE,
  joinLists,
  removeNode,
} from "./registration.ts";
import type {
  Completable,
  HeadWaiter,
  MemberWatcher,
  PostTarget,
  Registration,
  Schedulable,
  Settler,
  Signallable,
} from "./registration.ts";
import { isPromise } from "./synchronous.ts";
import type { Synchronous } from "./synchronous.ts";

/** What is settled after the inline consequences: a container. */
export interface Settleable {
  /** @internal Where an error is heard of. */ readonly _timeline: TimelineCore;
  /** @internal In the list of those to settle; null in its last one, and outside it. */ _nextToSettle: Settleable | null;
  /** @internal Whether it is in that list: it is settled once, however often it was asked for. */ _toSettle: boolean;
  /** @internal Outside every registration: may look at other fences, register, and signal itself. */
  _settle(): void;
}

let depth = 0;
/** What became due since the present registration began to act, or since the drain; goes in front of `rest`. */
let due: Registration | null = null;
/** What was due before that. */
let rest: Registration | null = null;
/** The containers to settle, newest first. */
let toSettle: Settleable | null = null;
let held = 0;
let settling = false;
let stampPlatform: Platform | null = null;
let stamp = 0;

/** Whether the code that asks runs inside a delivery, where nothing may wait or submit. */
export function insideDelivery(): boolean {
  return depth > 0 || settling;
}

/** Opens a delivery; pairs with {@link leaveDelivery} on every path. For hot paths: everybody else uses {@link deliver}. */
export function enterDelivery(): void {
  if (depth === 0) beginOutermost(null);
  depth++;
}

/** Ends a delivery; the outermost runs what is due. */
export function leaveDelivery(): void {
  if (depth === 1) endOutermost();
  else depth--;
}

/** Runs what is due now, before the outermost delivery ends; inside that one only. For who goes on in it with what that sets free. */
export function runDue(): void {
  if (depth === 1 && due !== null && !strikes("late due")) drain();
}

function beginOutermost(body: object | null): void {
  stampPlatform = null;
  if (hooks.lockdep !== null) hooks.lockdep.entered("delivery", body);
}

function endOutermost(): void {
  if (due !== null) drain();
  depth = 0;
  if (hooks.lockdep !== null) hooks.lockdep.left("delivery");
  if (toSettle !== null && held === 0) settleContainers();
}

/**
 * Runs an interrupt: whatever signals in it, signals at once, and the consequences run once, when it ends.
 * The body is synchronous and must not wait or submit. Its exceptions pass through after the consequences have run.
 * Throws EINVAL, after them as well, if the body answers a promise (which an async function does).
 *
 * @example
 * ```ts
 * deliver(() => {
 *   for (const job of finished) job.queue.complete(job);
 * });
 * ```
 */
export function deliver<T>(body: (() => T) & Synchronous<T>): void {
  let answer: unknown;
  if (depth === 0) beginOutermost(body);
  depth++;
  try {
    answer = body();
    if (hooks.lockdep !== null && isPromise(answer)) hooks.lockdep.answeredPromise("delivery");
  } finally {
    leaveDelivery();
  }
  if (isPromise(answer))
    throw new SignalboxError("EINVAL", "A delivery is synchronous: its body must not answer a promise");
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

/** Reads the clock for what follows up to the next delivery, as {@link deliveryTime} does inside one. For the trace. */
export function batchTime(platform: Platform): number {
  if (depth > 0) return deliveryTime(platform);
  stampPlatform = platform;
  stamp = platform.now();
  return stamp;
}

/** Whether that clock was read since the last delivery began, and no other one after it. */
export function wasRead(platform: Platform): boolean {
  return stampPlatform === platform;
}

/** SIGNALLING: takes over the registrations of a fence that just signalled; they run when the delivery ends. */
export function makeDue(list: Registration): void {
  due = joinLists(due, list);
}

/** Takes a due registration back: it will not run. */
export function removeDue(node: Registration): void {
  // In whichever list it is: only a list's first node needs to be told of there.
  if (node === due) due = removeNode(due, node);
  else if (node === rest) rest = removeNode(rest, node);
  else removeNode(node, node);
}

/** SIGNALLING: has a container settled when the present consequences have run. */
export function settleLater(container: Settleable): void {
  if (container._toSettle) return;
  container._toSettle = true;
  container._nextToSettle = toSettle;
  toSettle = container;
}

/**
 * Holds the settling of containers back until {@link releaseContainers}, on every path. For one operation that looks at many
 * fences: those that turn out to be signalled have their consequences at once, the containers above them theirs afterwards.
 */
export function holdContainers(): void {
  held++;
}

/** Ends what {@link holdContainers} began. */
export function releaseContainers(): void {
  held--;
  if (toSettle !== null && held === 0 && depth === 0) settleContainers();
}

function drain(): void {
  for (;;) {
    if (due !== null) {
      rest = rest === null ? due : joinLists(due, rest);
      due = null;
    }
    const node = rest;
    if (node === null) return;
    rest = removeNode(node, node);
    const fence = node._fence;
    node._fence = null; // F12: idle and re-usable before it acts.
    if (fence === null) continue;
    if (hooks.lockdep !== null) beginActing(hooks.lockdep, node);
    try {
      act(node, fence);
    } catch (error) {
      if (hooks.lockdep !== null) hooks.lockdep.threw(error);
      throwLater(fence._timeline.platform, error);
    }
    if (hooks.lockdep !== null) hooks.lockdep.left("registration");
  }
}

function settleContainers(): void {
  held++;
  settling = true;
  try {
    while (toSettle !== null) {
      let batch: Settleable | null = toSettle;
      toSettle = null;
      while (batch !== null) {
        const container: Settleable = batch;
        batch = container._nextToSettle;
        container._nextToSettle = null;
        container._toSettle = false;
        if (hooks.lockdep !== null) hooks.lockdep.entered("delivery", null);
        try {
          container._settle();
        } catch (error) {
          throwLater(container._timeline.platform, error);
        }
        if (hooks.lockdep !== null) hooks.lockdep.left("delivery");
      }
    }
  } finally {
    settling = false;
    held--;
  }
}

function beginActing(lockdep: LockdepHooks, node: Registration): void {
  lockdep.unregistered(node);
  lockdep.entered("registration", node);
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
    case MEMBER:
      (node._target as MemberWatcher)._memberSignalled(fence);
      return;
    case WAIT:
      endWait(node._target as Settler, fence);
      return;
  }
}

// SIGNALLING: settling a promise only queues a microtask.
function endWait(settle: Settler, fence: Fence): void {
  const failure = fence.failure();
  if (hooks.tracer !== null) hooks.tracer.waitEnded(fence, failure === undefined ? "signalled" : "failed");
  if (failure === undefined) settle();
  else settle(Promise.reject(failure));
}
