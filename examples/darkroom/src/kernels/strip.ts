/**
 * The strip kernels: the five kernels on one strip with its halo, for worker threads. A thread calls them by name.
 *
 * They walk rows instead of pixels and keep one or two bytes a pixel, so they are several times faster than the reference and
 * equal to it to the bit (recipe.ts says what each computes, strips.ts which rows each works on).
 *
 * Invariants
 *  T1  Input is structured-cloneable: a Strip and typed arrays. Nothing in it is changed.
 *  T2  The result is one typed array that owns its whole ArrayBuffer, so it may be transferred.
 *  T3  Input of the wrong size throws a RangeError; no kernel ever reads beyond an array.
 */
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import { BLUR_REACH, pixelCount, type Rows, type Strip } from "../image/strips.ts";
import { BLUR_HALF, EDGE_FLOOR, EDGE_GAIN, LUMA_WEIGHTS, TAPS } from "./recipe.ts";
import { printPixels } from "./print.ts";

/** What comes in from outside: a strip and its source rows, RGBA. */
export interface SourceInput {
  readonly strip: Strip;
  readonly source: Uint8Array;
}

/** All five kernels, one after the other: the developed output rows, RGBA. */
export function develop({ strip, source }: SourceInput): Uint8Array<ArrayBuffer> {
  const horizontal = blurHorizontal({ strip, luma: luma({ strip, source }) });
  const blurred = blurVertical({ strip, horizontal });
  return compose({ strip, source, blurred, edges: edges({ strip, blurred }) });
}

/** Brightness of the source rows. */
export function luma({ strip, source }: SourceInput): Uint8Array<ArrayBuffer> {
  const count = pixelCount(strip, strip.source);
  checkLength("source", source, count * BYTES_PER_PIXEL);
  const [red, green, blue] = LUMA_WEIGHTS;
  const result = new Uint8Array(count);
  for (let i = 0, byte = 0; i < count; i++, byte += BYTES_PER_PIXEL) {
    result[i] = (red * source[byte]! + green * source[byte + 1]! + blue * source[byte + 2]!) >> 8;
  }
  return result;
}

/** The source rows blurred along themselves, 256 times too large. */
export function blurHorizontal(input: { readonly strip: Strip; readonly luma: Uint8Array }): Uint16Array<ArrayBuffer> {
  const { strip, luma: from } = input;
  const { width } = strip;
  checkLength("luma", from, pixelCount(strip, strip.source));
  const [t0, t1, t2, t3, t4] = TAPS;
  const result = new Uint16Array(from.length);
  // One row with its borders repeated on both sides: inside it nothing needs clamping.
  const row = new Uint8Array(width + 2 * BLUR_REACH);
  for (let start = 0; start < from.length; start += width) {
    row.fill(from[start]!, 0, BLUR_REACH);
    row.set(from.subarray(start, start + width), BLUR_REACH);
    row.fill(from[start + width - 1]!, BLUR_REACH + width);
    for (let x = 0; x < width; x++) {
      result[start + x] =
        t0 * (row[x]! + row[x + 8]!) +
        t1 * (row[x + 1]! + row[x + 7]!) +
        t2 * (row[x + 2]! + row[x + 6]!) +
        t3 * (row[x + 3]! + row[x + 5]!) +
        t4 * row[x + 4]!;
    }
  }
  return result;
}

/** The blurred rows, blurred along the columns and rounded. */
export function blurVertical(input: {
  readonly strip: Strip;
  readonly horizontal: Uint16Array;
}): Uint8Array<ArrayBuffer> {
  const { strip, horizontal: from } = input;
  const { width } = strip;
  checkLength("horizontal", from, pixelCount(strip, strip.source));
  const [t0, t1, t2, t3, t4] = TAPS;
  const result = new Uint8Array(pixelCount(strip, strip.blurred));
  for (let y = strip.blurred.first, to = 0; y < strip.blurred.end; y++) {
    const [a, b, c, d, e, f, g, h, i] = TAPS.map((_, k) => rowStart(strip, strip.source, y + k - BLUR_REACH));
    for (let x = 0; x < width; x++, to++) {
      const sum =
        t0 * (from[a! + x]! + from[i! + x]!) +
        t1 * (from[b! + x]! + from[h! + x]!) +
        t2 * (from[c! + x]! + from[g! + x]!) +
        t3 * (from[d! + x]! + from[f! + x]!) +
        t4 * from[e! + x]!;
      result[to] = (sum + BLUR_HALF) >> 16;
    }
  }
  return result;
}

/** How steep the blurred picture is at each output pixel. */
export function edges(input: { readonly strip: Strip; readonly blurred: Uint8Array }): Uint8Array<ArrayBuffer> {
  const { strip, blurred: from } = input;
  const { width } = strip;
  checkLength("blurred", from, pixelCount(strip, strip.blurred));
  const result = new Uint8Array(pixelCount(strip, strip.output));
  for (let y = strip.output.first, to = 0; y < strip.output.end; y++) {
    const above = rowStart(strip, strip.blurred, y - 1);
    const here = rowStart(strip, strip.blurred, y);
    const below = rowStart(strip, strip.blurred, y + 1);
    for (let x = 0; x < width; x++, to++) {
      const left = x === 0 ? 0 : x - 1;
      const right = x === width - 1 ? x : x + 1;
      // The two diagonals serve both slopes.
      const falling = from[below + right]! - from[above + left]!;
      const rising = from[above + right]! - from[below + left]!;
      const across = Math.abs(falling + rising + 2 * (from[here + right]! - from[here + left]!));
      const down = Math.abs(falling - rising + 2 * (from[below + x]! - from[above + x]!));
      const slope = across > down ? across + ((3 * down) >> 3) : down + ((3 * across) >> 3);
      const line = EDGE_GAIN * slope - EDGE_FLOOR;
      result[to] = line < 0 ? 0 : line > 255 ? 255 : line;
    }
  }
  return result;
}

/** The developed output rows, RGBA. */
export function compose(input: {
  readonly strip: Strip;
  readonly source: Uint8Array;
  readonly blurred: Uint8Array;
  readonly edges: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const { strip, source, blurred, edges: lines } = input;
  checkLength("source", source, pixelCount(strip, strip.source) * BYTES_PER_PIXEL);
  checkLength("blurred", blurred, pixelCount(strip, strip.blurred));
  checkLength("edges", lines, pixelCount(strip, strip.output));
  const photo = source.subarray(rowStart(strip, strip.source, strip.output.first) * BYTES_PER_PIXEL);
  const ground = blurred.subarray(rowStart(strip, strip.blurred, strip.output.first));
  return printPixels(photo, ground, lines);
}

/** Where row `y` of the picture, clamped to the picture, starts in an array that holds `rows`. */
function rowStart(strip: Strip, rows: Rows, y: number): number {
  return (Math.max(0, Math.min(strip.height - 1, y)) - rows.first) * strip.width;
}

function checkLength(name: string, array: ArrayLike<number>, expected: number): void {
  if (array.length !== expected) {
    throw new RangeError(`A strip's ${name} has ${expected} values, not ${array.length}.`);
  }
}
