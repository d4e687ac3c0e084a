/**
 * Awake: keeps this thread listening while somebody in it waits for shared memory, and not longer.
 *
 * A wait by `Atomics.waitAsync` has no hold on Node's event loop: a process that only waits for shared memory would end in
 * the middle of it. So as long as there are waiters a timer is set, one for all of them. When it fires everything is looked
 * at again, which is also how an agent without `waitAsync` comes to know anything, and what would mend a wake-up that an
 * engine loses (none was, in any that was tried).
 *
 * States: asleep (no reader has waiters) -> awake (a timer is set) -> asleep.
 */
import { canWaitAsync } from "../platform/atomics.ts";
import type { Timer } from "../platform/platform.ts";
import { realPlatform } from "../platform/real.ts";

/** How often to look where the bell wakes us, in ms; and where nothing does. */
const SELDOM = 1_000;
const OFTEN = 4;

/** What has waiters. */
export interface Watched {
  /** Looks at the shared memory and signals what is due. */
  look(): void;
}

const watched = new Set<Watched>();
let timer: Timer | undefined;

/** From now on somebody waits here. */
export function stayAwake(reader: Watched): void {
  watched.add(reader);
  timer ??= realPlatform.setTimer(tick, interval());
}

/** Nobody waits here any more. */
export function fallAsleep(reader: Watched): void {
  watched.delete(reader);
  if (watched.size > 0 || timer === undefined) return;
  realPlatform.clearTimer(timer);
  timer = undefined;
}

/** Whether somebody waits here. */
export function isAwake(): boolean {
  return timer !== undefined;
}

function tick(): void {
  timer = realPlatform.setTimer(tick, interval());
  for (const reader of [...watched]) reader.look();
}

function interval(): number {
  return canWaitAsync() ? SELDOM : OFTEN;
}
