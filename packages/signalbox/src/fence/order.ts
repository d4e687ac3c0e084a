/**
 * The order of fences: by seqno on one timeline, none across timelines (F6).
 *
 * Programs never compare seqnos by hand: on a 32-bit timeline they wrap.
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "./fence.ts";
import type { SeqnoBits } from "./timeline-core.ts";

/** F7: 64 bits compare as they are; of 32 bits the signed difference counts, so that 1 is later than 0xFFFFFFFF. */
export function seqnoLater(a: number, b: number, bits: SeqnoBits): boolean {
  return bits === 64 ? a > b : ((a - b) | 0) > 0;
}

/**
 * Whether fence `a` comes after fence `b` on their timeline (F7).
 * Throws EINVAL when they are on different timelines, which have no order (F8).
 *
 * @example `isLater(second, first) // true`
 */
export function isLater(a: Fence, b: Fence): boolean {
  if (a.context !== b.context) {
    throw new SignalboxError(
      "EINVAL",
      `Fences of different timelines have no order (${a.timelineName}:${a.seqno} and ${b.timelineName}:${b.seqno})`,
    );
  }
  return seqnoLater(a.seqno, b.seqno, a._timeline.bits);
}

/**
 * The later of two fences of one timeline, or undefined when that one has signalled already (F8).
 * Equal seqnos keep the first. Throws EINVAL when they are on different timelines.
 */
export function laterOf(a: Fence, b: Fence): Fence | undefined {
  const later = isLater(b, a) ? b : a;
  return later.signalled ? undefined : later;
}
