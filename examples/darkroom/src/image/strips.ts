/**
 * Strips: how a picture is cut into horizontal bands that are developed apart, and which rows each pass of a band needs.
 *
 * A pass looks at rows above and below its own: the vertical blur at BLUR_REACH on each side, the edge finder at EDGE_REACH.
 * So the rows shrink from pass to pass, and a strip carries a halo of HALO source rows that only its passes see:
 *
 *     source rows    output - HALO .. output + HALO               luma and the horizontal blur run on these
 *     blurred rows   output - EDGE_REACH .. output + EDGE_REACH   the vertical blur runs on these
 *     output rows    what the strip is for                        edges and compose run on these
 *
 * Each range is cut off at the picture's first and last row, never at the strip's: at the picture's border a pass repeats the
 * border row (it clamps the row number), inside the picture it reads the real neighbour out of the halo.
 *
 * Invariants
 *  S1  The output rows of all strips are the picture's rows, each once, in order.
 *  S2  output is inside blurred, blurred inside source, source inside the picture.
 *  S3  Every row that a pass reads, after clamping to the picture, is a row that the pass before it wrote.
 *  S4  S1-S3 and integer arithmetic make the strips bit-identical to the whole picture, whatever their height.
 *  S5  No strip is taller than asked for, and heights differ by one row at most (so that no queue ends on a sliver).
 */
import { checkSize } from "./picture.ts";

/** Rows above and below that one row of the vertical blur reads. */
export const BLUR_REACH = 4;

/** Rows above and below that one row of the edge finder reads. */
export const EDGE_REACH = 1;

/** Source rows above and below that a strip carries along. */
export const HALO: number = BLUR_REACH + EDGE_REACH;

/** Rows of a picture: `first` up to and without `end`. */
export interface Rows {
  readonly first: number;
  readonly end: number;
}

/** One band of a picture. Structured-cloneable: it travels to threads as it is. */
export interface Strip {
  readonly index: number;
  /** The whole picture's size. */
  readonly width: number;
  readonly height: number;
  readonly source: Rows;
  readonly blurred: Rows;
  readonly output: Rows;
}

/** How many rows a range has. */
export function rowCount(rows: Rows): number {
  return rows.end - rows.first;
}

/** How many pixels a range has in a strip's picture. */
export function pixelCount(strip: Strip, rows: Rows): number {
  return strip.width * rowCount(rows);
}

/** Cuts a picture of that size into strips of at most `maxRows` output rows. */
export function planStrips(width: number, height: number, maxRows: number): Strip[] {
  checkSize(width, height);
  if (!Number.isSafeInteger(maxRows) || maxRows < 1) {
    throw new RangeError(`A strip has a whole number of at least 1 row, not ${maxRows}.`);
  }
  const count = Math.ceil(height / maxRows);
  return Array.from({ length: count }, (_, index) => {
    const output = {
      first: Math.floor((index * height) / count),
      end: Math.floor(((index + 1) * height) / count),
    };
    return {
      index,
      width,
      height,
      source: widen(output, HALO, height),
      blurred: widen(output, EDGE_REACH, height),
      output,
    };
  });
}

function widen(rows: Rows, reach: number, height: number): Rows {
  return { first: Math.max(0, rows.first - reach), end: Math.min(height, rows.end + reach) };
}
