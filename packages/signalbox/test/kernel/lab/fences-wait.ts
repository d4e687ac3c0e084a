/**
 * The kernel's waits for fences, as it counts: in ticks. No time passes in the recordings but what a wait sleeps, so a wait
 * either finds its fence signalled, or sleeps in vain; F24 and F26 say what it answers.
 */
import { errno } from "../../../src/errors.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { Registration } from "../../../src/fence/registration.ts";

/**
 * F19, F20: registers; false if the fence has signalled, perhaps just now. In the kernel a callback enables a container for
 * good, here only while it is there: so that is asked for.
 */
export function registered(fence: Fence, registration: Registration): boolean {
  return fence.state !== "signalled" && fence.enableSignalling() && fence.register(registration) === "registered";
}

/**
 * F24: enables signalling, and looks at the flag alone: no device is asked. To wait less than no time is EINVAL there, and a
 * RangeError here, as every number that makes no sense.
 */
export function wait(fence: Fence, ticks: number): number {
  if (ticks < 0) return errno.EINVAL;
  fence.enableSignalling();
  return fence.state === "signalled" ? ticks || 1 : 0;
}

/** F26: without ticks it asks one after the other; with some it registers on one after the other until one has signalled. */
export function waitAny(
  fences: readonly Fence[],
  ticks: number,
): { readonly value: number; readonly idx: number | "unchanged" } {
  if (ticks === 0) {
    const idx = fences.findIndex((fence) => fence.signalled);
    return idx < 0 ? { value: 0, idx: "unchanged" } : { value: 1, idx };
  }
  const registrations: Registration[] = [];
  let idx = -1;
  for (const [index, fence] of fences.entries()) {
    const registration = Registration.post({ postMessage: () => {} });
    if (!registered(fence, registration)) {
      idx = index;
      break;
    }
    registrations.push(registration);
  }
  if (idx < 0) idx = fences.findIndex(({ state }) => state === "signalled");
  for (const registration of registrations) registration.cancel();
  return idx < 0 ? { value: 0, idx: "unchanged" } : { value: ticks, idx };
}
