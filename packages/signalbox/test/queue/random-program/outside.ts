/** What comes to a random program from outside: fences of its gates and of its hardware signal, in the order of their timelines. */
import { errno } from "../../../src/errors.ts";
import type { DriverFence } from "../../../src/fence/driver-fence.ts";

/** Signals the oldest fence of one of the timelines that still have one. */
export function signalOldest(fences: DriverFence[], which: number, fails: boolean): boolean {
  const open = fences.filter(({ fence }) => fence.state !== "signalled");
  const chosen = open[which % Math.max(1, open.length)];
  const oldest = open.find(({ fence }) => fence.context === chosen?.fence.context);
  if (oldest === undefined) return false;
  if (fails) oldest.fail(errno.EIO, "on purpose");
  else oldest.signal();
  return true;
}

/** Signals all of its timeline up to this one. */
export function signalThrough(fences: readonly DriverFence[], last: DriverFence): void {
  for (const each of fences) if (each.fence.context === last.fence.context && !each.fence.signalled) each.signal();
}
