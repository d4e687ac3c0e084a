/**
 * Limits: how many rows a strip may have so that it fits the device it is developed on.
 *
 * Pixels live in storage buffers, not textures, so `maxTextureDimension2D` does not matter: what counts is the bytes of one
 * buffer and the work groups of one dispatch. A picture larger than that is sliced by rows, and the halo makes the slices
 * bit-identical (see strips.ts). What cannot be sliced is a row: a strip of one output row needs its halo too, so the widest
 * picture is the one of which 2 * HALO + 1 rows fit (or all its rows, if it has fewer).
 *
 * Invariants
 *  L1  A strip planned with the returned number of rows fits every limit, with its halo.
 *  L2  The number is at least 1 and never more than asked for; where not even 1 row fits, a DarkroomError says which width does.
 */
import { DarkroomError } from "../errors.ts";
import { BYTES_PER_PIXEL, checkSize } from "./picture.ts";
import { HALO } from "./strips.ts";

/** What a device can hold. Threads have `bytes` alone; gpu-plan.ts fills in the rest from a GPU's limits. */
export interface StripLimits {
  /** Bytes that the source rows of one strip, halo included, may take. */
  readonly bytes: number;
  /** The widest row one dispatch reaches; no limit if absent. */
  readonly width?: number;
  /** The most rows one dispatch reaches; no limit if absent. */
  readonly rows?: number;
}

/** The output rows per strip that fit, at most `wanted`. `limitName` names the limit for the error: "the GPU's buffers". */
export function fitRows(
  size: { readonly width: number; readonly height: number },
  wanted: number,
  limits: StripLimits,
  limitName: string,
): number {
  const { width, height } = size;
  checkSize(width, height);
  const rowsThatFit = Math.min(Math.floor(limits.bytes / (width * BYTES_PER_PIXEL)), limits.rows ?? Infinity);
  const rowsNeeded = Math.min(height, 2 * HALO + 1);
  if (width > (limits.width ?? Infinity) || rowsThatFit < rowsNeeded) {
    throw tooWide(width, height, rowsNeeded, limits, limitName);
  }
  const outputRows = rowsThatFit >= height ? height : rowsThatFit - 2 * HALO;
  return Math.max(1, Math.min(wanted, outputRows));
}

function tooWide(
  width: number,
  height: number,
  rowsNeeded: number,
  limits: StripLimits,
  limitName: string,
): DarkroomError {
  const widest = Math.min(Math.floor(limits.bytes / (rowsNeeded * BYTES_PER_PIXEL)), limits.width ?? Infinity);
  return new DarkroomError(
    "too-wide",
    `A picture of ${width} x ${height} does not fit ${limitName}: ` +
      `a strip needs ${rowsNeeded} whole rows at once, so at most ${widest} pixels of width.`,
  );
}
