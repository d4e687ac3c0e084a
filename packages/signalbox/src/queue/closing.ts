/**
 * The end of a device, as far as its rings are concerned: the same for every device.
 *
 * States: stopped (no new jobs) -> drained; or, when the time is up, lost: what is queued is cancelled, and what the device
 * still holds is given up, both with an error. Every fence has signalled at the end (promise 1).
 */
import { SignalboxError, checkTimeout, errno } from "../errors.ts";
import type { CloseOptions } from "../device.ts";
import type { JobSpec } from "../driver.ts";
import type { Platform } from "../platform/platform.ts";
import type { Ring } from "./ring.ts";

/** How the rings of a device came to their end: everything ran, or the time was up and the device still holds work. */
export type CloseOutcome = "drained" | "expired";

/**
 * Stops the rings and lets them drain, for at most `timeout` ms; ends by force what is left then, with ETIME and a cause
 * that says so. The device must be told apart which: it may not be destroyed in peace while it holds work.
 */
export async function closeRings<Spec extends JobSpec>(
  name: string,
  rings: readonly Ring<Spec>[],
  platform: Platform,
  options: CloseOptions = {},
): Promise<CloseOutcome> {
  const { timeout } = options;
  for (const ring of rings) ring.stop();
  const drained = Promise.all(rings.map((ring) => ring.drain()));
  if (timeout === undefined || timeout === Infinity) {
    await drained;
    return "drained";
  }
  const outcome = await within(drained, timeout, platform);
  if (outcome === "expired") {
    const cause = new SignalboxError("ETIME", `[Device "${name}"] was closed and did not finish within ${timeout} ms`);
    for (const ring of rings) ring.lose(errno.ETIME, cause);
    await drained;
  }
  return outcome;
}

/** Throws RangeError unless the timeout of a `close` makes sense: the mistake of who calls, told at the call. */
export function checkCloseOptions({ timeout }: CloseOptions): void {
  checkTimeout(timeout);
}

function within(work: Promise<unknown>, timeout: number, platform: Platform): Promise<CloseOutcome> {
  return new Promise((resolve) => {
    const timer = platform.setTimer(() => {
      resolve("expired");
    }, timeout);
    void work.then(() => {
      platform.clearTimer(timer);
      resolve("drained");
    });
  });
}
