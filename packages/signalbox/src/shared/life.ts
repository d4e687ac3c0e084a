/**
 * Life: how a link learns of a thread's end where no event tells it, which is in browsers.
 *
 * States of a thread's sign of life: none -> shown (the thread has opened a write side, holds the link's lock, and has said
 * so in the link's memory) -> ended (the lock is free again).
 *
 * A thread that never opened anything of a link shows no sign, and its end is not noticed: `link.terminate()` and
 * `link.ended()` are for that.
 */
import { SignalboxError } from "../errors.ts";
import { canShareMemory, canWaitAsync, storeAndWake, wake, wokenFrom } from "../platform/atomics.ts";
import { hasLocks, holdLock, whenLockFree } from "../platform/thread-ends.ts";
import type { StopListening } from "../platform/thread-ends.ts";
import { newId } from "./handle.ts";
import type { SharedLife } from "./handle.ts";

const SHOWN = 0;

const shown = new Set<string>();

/** What a link's handles carry. Undefined where a thread couldn't show that it lives. */
export function newLife(): SharedLife | undefined {
  if (!hasLocks() || !canShareMemory() || !canWaitAsync()) return undefined;
  return { lock: `signalbox thread ${newId()}`, memory: new SharedArrayBuffer(4) };
}

/** The thread: shows that it lives, from now until it ends. */
export function showLife({ lock, memory }: SharedLife): void {
  if (!(memory instanceof SharedArrayBuffer)) throw new SignalboxError("EINVAL", "A handle has lost its shared memory");
  if (shown.has(lock)) return;
  shown.add(lock);
  holdLock(lock, () => storeAndWake(new Int32Array(memory), SHOWN, 1));
}

/** The link: calls back when a thread that had shown its life has ended. */
export function whenLifeEnds({ lock, memory }: SharedLife, ended: () => void): StopListening {
  const cells = new Int32Array(memory);
  let stopped = false;
  let stop: StopListening = () => {};
  const listen = (): void => {
    if (!stopped) stop = whenLockFree(lock, ended);
  };
  const woken = wokenFrom(cells, SHOWN, 0);
  if (woken === undefined) listen();
  else void woken.then(listen);
  return () => {
    stopped = true;
    wake(cells, SHOWN); // So that no wait is left behind.
    stop();
  };
}
