/**
 * Blocking waits: for threads that have nothing else to do, and no event loop to come back to.
 *
 * Nothing of the thread runs meanwhile: no timer, no message, no news of another thread's end. So the thread that links
 * another one can't hear of its end while it blocks for it: give a timeout there, or wait with `fence.wait()`.
 */
import { SignalboxError, checkTimeout } from "../errors.ts";
import { insideDelivery } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import { describe } from "../fence/words.ts";
import { hooks } from "../hooks.ts";
import { blockWhile } from "../platform/atomics.ts";
import { realPlatform } from "../platform/real.ts";
import { insideSection } from "../signalling/section.ts";
import { SyncPoint } from "../sync/sync-point.ts";
import type { FenceHandle } from "./handle.ts";
import { openFence } from "./share-fence.ts";
import { SharedFence } from "./shared-fence.ts";
import { SharedSyncObject } from "./shared-sync-object.ts";
import type { SignalLog } from "./signal-log.ts";

/** How long to block at the most, and for what. */
export interface BlockingOptions {
  /** In ms; 0 only looks. For ever if left out. */
  readonly timeout?: number;
  /** SY13: a point that nobody has submitted yet is waited for; if left out it is an error. */
  readonly forSubmit?: boolean;
}

/**
 * Blocks this thread until a fence of another thread, or a point of its sync object, has signalled; returns when it has
 * without an error.
 *
 * Throws the fence's `FenceError` if it failed, and `SignalboxError` ETIMEDOUT after `timeout` ms. EDEADLK for what this
 * thread itself would have to signal. EINVAL inside a section or a delivery, in a thread that may not block (a browser's page, a service
 * worker), and for a point that nobody has submitted, unless `forSubmit` is set. RangeError for a timeout that is negative or NaN.
 *
 * @example
 * ```ts
 * waitBlocking(handle, { timeout: 1_000 }); // in a worker; the handle came by a message
 * waitBlocking(frames.at(7n), { forSubmit: true });
 * ```
 */
export function waitBlocking(of: Fence | FenceHandle | SyncPoint, options: BlockingOptions = {}): void {
  const { timeout = Infinity, forSubmit = false } = options;
  checkTimeout(timeout);
  const end = realPlatform.now() + timeout;
  if (of instanceof SyncPoint && forSubmit) blockForSubmit(of, end);
  const fence = of instanceof SyncPoint ? of.find() : "signalbox" in of ? openFence(of) : of;
  if (!fence.signalled) blockForFence(fence, end);
  const failure = fence.failure();
  if (failure !== undefined) throw failure;
}

function blockForFence(fence: Fence, end: number): void {
  const what = `fence ${describe(fence)}`;
  if (!(fence instanceof SharedFence) || fence.reader.log.ours) throw ownWait(what);
  blockUntil(fence.reader.log, () => fence.signalled, what, end);
}

function blockForSubmit({ object, point }: SyncPoint, end: number): void {
  const what = `point ${point} of [SyncObject "${object.name}"]`;
  if (!(object instanceof SharedSyncObject) || object.points.log.ours) throw ownWait(what);
  // Of a binary object there is no telling which of its two memories will change.
  if (point > 0n) blockUntil(object.points.log, () => object._fenceAt(point) !== null, what, end);
}

function ownWait(what: string): SignalboxError {
  return new SignalboxError("EDEADLK", `The ${what} is this thread's own to signal, which it can't while it blocks`);
}

// The bell is read before the question is asked: whatever changes the answer rings it.
function blockUntil(log: SignalLog, done: () => boolean, what: string, end: number): void {
  if (hooks.lockdep !== null) hooks.lockdep.blocks(`for ${what}`);
  if (insideDelivery() || insideSection())
    throw new SignalboxError("EINVAL", `Blocking for ${what} inside a section or a delivery, where nothing may wait`);
  for (;;) {
    const rung = log.rung;
    if (done()) return;
    const left = end - realPlatform.now();
    if (left <= 0) throw new SignalboxError("ETIMEDOUT", `The ${what} has not come within the time to wait`);
    try {
      blockWhile(log.bell.cells, log.bell.index, rung, left);
    } catch (error) {
      throw new SignalboxError("EINVAL", `This thread may not block, so it can't wait for ${what} this way`, {
        cause: error,
      });
    }
  }
}
