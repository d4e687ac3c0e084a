/**
 * Points: the numbers on a sync object's timeline, unsigned 64-bit and so `bigint`; 0n stands for the object as a whole.
 */

/** The highest point there is. */
const HIGHEST_POINT = 0xffff_ffff_ffff_ffffn;

/** Fails the call with a RangeError unless the number may be a point: from 0n to 2^64 - 1. */
export function checkPoint(point: bigint): void {
  if (typeof point !== "bigint" || point < 0n || point > HIGHEST_POINT) {
    throw new RangeError(`A point is a bigint from 0n to ${HIGHEST_POINT}n (got ${String(point)})`);
  }
}
