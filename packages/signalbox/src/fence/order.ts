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
 * Whether fence `a` comes after fence `b`, of which the caller knows that they are of one timeline and have their seqnos.
 * Exact for every u64 (F4): by the points where a number doesn't hold the seqno.
 */
export function laterOnTimeline(a: Fence, b: Fence): boolean {
  const bits = a._timeline.bits;
  if (a._seqno <= Number.MAX_SAFE_INTEGER && b._seqno <= Number.MAX_SAFE_INTEGER) {
    return seqnoLater(a._seqno, b._seqno, bits);
  }
  return bits === 64 ? a.point > b.point : BigInt.asIntN(32, a.point - b.point) > 0n;
}

const LAST_POINT = 2n ** 64n - 1n;

/** A seqno or point as it is stored: u64, exact. Throws RangeError for what is none, and for a number beyond 2^53. */
export function checkPoint(value: bigint | number): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`A seqno is an integer from 0 to 2^64 - 1, beyond 2^53 - 1 a bigint (got ${value})`);
  }
  if (value < 0 || value > LAST_POINT) throw new RangeError(`A seqno is an integer from 0 to 2^64 - 1 (got ${value})`);
  return BigInt(value);
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
      `Fences of different timelines have no order (${a.timelineName}:${a.point} and ${b.timelineName}:${b.point})`,
    );
  }
  return laterOnTimeline(a, b);
}

/**
 * The later of two fences of one timeline, or undefined when that one has signalled already (F8).
 * Equal seqnos keep the first. Throws EINVAL when they are on different timelines.
 */
export function laterOf(a: Fence, b: Fence): Fence | undefined {
  const later = isLater(b, a) ? b : a;
  return later.signalled ? undefined : later;
}
