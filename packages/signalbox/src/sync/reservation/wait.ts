/**
 * Waiting for a reservation: for its fences one after the other, in the time that is left (R9).
 */
import { SignalboxError, checkTimeout } from "../../errors.ts";
import type { Fence } from "../../fence/fence.ts";
import { waitAsPart } from "../../fence/wait.ts";
import type { WaitOptions } from "../../fence/wait.ts";
import { describe } from "../../fence/words.ts";
import { hooks } from "../../hooks.ts";
import { UnlockedCursor } from "./iteration.ts";
import type { Reservation } from "./reservation.ts";
import type { UsageRank } from "./usage.ts";

/** See `Reservation.wait`. */
export function waitUntilIdle(
  reservation: Reservation,
  limit: UsageRank,
  options: WaitOptions | undefined,
): Promise<void> {
  const timeout = options?.timeout;
  checkTimeout(timeout);
  if (hooks.lockdep !== null && timeout !== 0) hooks.lockdep.waitsFor("reservation", reservation, reservation.name);
  return waitForEach(reservation, new UnlockedCursor(reservation, limit), timeout, options?.signal);
}

async function waitForEach(
  reservation: Reservation,
  cursor: UnlockedCursor,
  timeout: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  let left = timeout ?? Infinity;
  for (let fence = cursor.next(); fence !== null; fence = cursor.next()) {
    // F24: first of all its issuer hears that somebody waits, even if it is only for 0 ms; that may signal it (F20).
    if (!fence.enableSignalling()) continue;
    const { platform } = fence._timeline; // The clock that its timeout goes by.
    const begun = platform.now();
    try {
      await waitAsPart(fence, limits(left, signal));
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) throw error;
      if (!fence.signalled) throw stillBusy(reservation, fence, timeout ?? Infinity);
    }
    left = Math.max(0, left - (platform.now() - begun));
  }
}

// Nothing at all where nothing limits it: a plain wait is the cheapest.
function limits(timeout: number, signal: AbortSignal | undefined): WaitOptions | undefined {
  if (signal !== undefined) return { timeout, signal };
  return timeout === Infinity ? undefined : { timeout };
}

function stillBusy(reservation: Reservation, fence: Fence, timeout: number): SignalboxError {
  return new SignalboxError(
    "ETIMEDOUT",
    `[Reservation "${reservation.name}"] is still in use after ${timeout} ms: ${describe(fence)} has not signalled`,
  );
}
