/**
 * Verify: a developed picture is compared with the CPU reference, pixel by pixel. A worker thread may call `verify` or
 * `verifyFiles` by name; besides the two pictures they take 20 bytes a pixel while they run.
 *
 * Invariants
 *  V1  `differing` counts pixels in which any of the four bytes differs; 0 means identical to the bit.
 *  V2  `first` is there exactly if `differing` is not 0: the first such pixel in reading order.
 */
import { decode } from "./files/decode.ts";
import { BYTES_PER_PIXEL, checkPicture, type Picture } from "./image/picture.ts";
import { developReference } from "./kernels/reference.ts";

/** One pixel: red, green, blue, alpha. */
export type Pixel = readonly [number, number, number, number];

/** The first pixel that is not as it should be. */
export interface Difference {
  readonly x: number;
  readonly y: number;
  readonly expected: Pixel;
  readonly actual: Pixel;
}

/** What a comparison found. */
export interface Verdict {
  readonly pixels: number;
  readonly differing: number;
  readonly first?: Difference;
}

/** Develops the photo with the reference kernels and compares. */
export function verify(input: { readonly photo: Picture; readonly developed: Picture }): Verdict {
  checkPicture(input.photo);
  return comparePictures(developReference(input.photo), input.developed);
}

/** The same for a photo's file and the PNG that was written: so decoding and encoding are checked too. */
export async function verifyFiles(paths: { readonly input: string; readonly output: string }): Promise<Verdict> {
  return verify({ photo: await decode(paths.input), developed: await decode(paths.output) });
}

/** Compares two pictures of one size. */
export function comparePictures(expected: Picture, actual: Picture): Verdict {
  checkPicture(expected);
  checkPicture(actual);
  const { width, height } = expected;
  if (actual.width !== width || actual.height !== height) {
    throw new RangeError(`A picture of ${width} x ${height} is not ${actual.width} x ${actual.height}.`);
  }
  let differing = 0;
  let first = -1;
  for (let i = 0; i < expected.data.length; i += BYTES_PER_PIXEL) {
    if (samePixel(expected.data, actual.data, i)) continue;
    if (differing === 0) first = i;
    differing += 1;
  }
  const pixels = width * height;
  if (differing === 0) return { pixels, differing };
  const index = first / BYTES_PER_PIXEL;
  return {
    pixels,
    differing,
    first: {
      x: index % width,
      y: Math.floor(index / width),
      expected: pixelAt(expected.data, first),
      actual: pixelAt(actual.data, first),
    },
  };
}

/** A verdict as a sentence. */
export function verdictText(verdict: Verdict): string {
  const { pixels, differing, first } = verdict;
  const counted = `${differing} of ${pixels} pixels differ from the reference`;
  if (first === undefined) return counted;
  const { x, y, expected, actual } = first;
  return `${counted}, the first at (${x}, ${y}): rgba(${actual.join(", ")}) instead of rgba(${expected.join(", ")})`;
}

function samePixel(a: Uint8Array, b: Uint8Array, i: number): boolean {
  return a[i] === b[i] && a[i + 1] === b[i + 1] && a[i + 2] === b[i + 2] && a[i + 3] === b[i + 3];
}

function pixelAt(data: Uint8Array, i: number): Pixel {
  return [data[i]!, data[i + 1]!, data[i + 2]!, data[i + 3]!];
}
