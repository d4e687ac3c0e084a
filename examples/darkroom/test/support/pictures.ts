/** Pictures for tests: the same on every run, and full of the values at which integer arithmetic goes wrong. */
import fc from "fast-check";
import { createPicture, type Picture } from "../../src/image/picture.ts";
import { pasteRows } from "../../src/image/slice.ts";
import { planStrips, type Strip } from "../../src/image/strips.ts";

/** A picture whose bytes a function of their index chooses. */
export function pictureOf(width: number, height: number, byte: (index: number) => number): Picture {
  const picture = createPicture(width, height);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = byte(i);
  return picture;
}

/** A picture of one colour. */
export function flatPicture(width: number, height: number, pixel: readonly [number, number, number, number]): Picture {
  return pictureOf(width, height, (i) => pixel[i % 4]!);
}

/** Noise: neighbours have nothing to do with one another, so every wrong row or column shows. */
export function noisyPicture(width: number, height: number, seed = 1): Picture {
  let state = seed >>> 0;
  return pictureOf(width, height, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const byte = state >>> 24;
    // A third of the bytes are black or white: that is where clamping happens.
    return byte < 43 ? 0 : byte > 212 ? 255 : byte;
  });
}

/** A way to cut a picture: its size, a seed for its pixels, and the most rows of a strip. */
export interface Cut {
  readonly width: number;
  readonly height: number;
  readonly maxRows: number;
  readonly seed: number;
}

/** Any small picture, cut anyhow: thinner than the blur, shorter than the halo, strips of one row. */
export const anyCut: fc.Arbitrary<Cut> = fc.record({
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  maxRows: fc.integer({ min: 1, max: 45 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/** Develops a picture strip by strip and puts it together again. */
export async function inStrips(
  picture: Picture,
  maxRows: number,
  develop: (strip: Strip) => Uint8Array | Promise<Uint8Array>,
): Promise<Picture> {
  const developed = createPicture(picture.width, picture.height);
  for (const strip of planStrips(picture.width, picture.height, maxRows)) {
    pasteRows(developed, strip.output, await develop(strip));
  }
  return developed;
}
