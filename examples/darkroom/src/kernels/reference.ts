/**
 * The reference: the five kernels over a whole picture, written as plainly as they can be, to check the others against.
 * It knows neither strips nor threads nor GPUs; recipe.ts says what each kernel computes.
 *
 * Invariants
 *  K1  One value per pixel, in reading order; nothing is shared with strip.ts or shaders.ts but the recipe's numbers.
 *  K2  Reads beyond a border read the border: coordinates are clamped to the picture.
 */
import { createPicture, type Picture } from "../image/picture.ts";
import * as recipe from "./recipe.ts";

/** Develops a whole picture. */
export function developReference(picture: Picture): Picture {
  const { width, height } = picture;
  const luma = lumaReference(picture);
  const horizontal = horizontalReference(luma, width, height);
  const blurred = verticalReference(horizontal, width, height);
  const edges = edgesReference(blurred, width, height);
  return composeReference(picture, luma, blurred, edges);
}

/** Brightness, 0 to 255. */
export function lumaReference({ width, height, data }: Picture): Uint32Array {
  const [red, green, blue] = recipe.LUMA_WEIGHTS;
  const luma = new Uint32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = (red * at(data, 4 * i) + green * at(data, 4 * i + 1) + blue * at(data, 4 * i + 2)) >> 8;
  }
  return luma;
}

/** Blur along the rows; 256 times too large, so that nothing is rounded twice. */
export function horizontalReference(luma: Uint32Array, width: number, height: number): Uint32Array {
  const horizontal = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < 9; k++) {
        sum += at(recipe.TAPS, k) * at(luma, y * width + clamp(x + k - 4, width - 1));
      }
      horizontal[y * width + x] = sum;
    }
  }
  return horizontal;
}

/** Blur along the columns, and rounding. */
export function verticalReference(horizontal: Uint32Array, width: number, height: number): Uint32Array {
  const blurred = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = recipe.BLUR_HALF;
      for (let k = 0; k < 9; k++) {
        sum += at(recipe.TAPS, k) * at(horizontal, clamp(y + k - 4, height - 1) * width + x);
      }
      blurred[y * width + x] = sum >> 16;
    }
  }
  return blurred;
}

/** How steep the blurred picture is, 0 to 255. */
export function edgesReference(blurred: Uint32Array, width: number, height: number): Uint32Array {
  const edges = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const b = (dx: number, dy: number): number =>
        at(blurred, clamp(y + dy, height - 1) * width + clamp(x + dx, width - 1));
      const across = Math.abs(b(1, -1) + 2 * b(1, 0) + b(1, 1) - b(-1, -1) - 2 * b(-1, 0) - b(-1, 1));
      const down = Math.abs(b(-1, 1) + 2 * b(0, 1) + b(1, 1) - b(-1, -1) - 2 * b(0, -1) - b(1, -1));
      const slope = Math.max(across, down) + ((3 * Math.min(across, down)) >> 3);
      edges[y * width + x] = clamp(recipe.EDGE_GAIN * slope - recipe.EDGE_FLOOR, 255);
    }
  }
  return edges;
}

/** The developed picture. */
export function composeReference(
  picture: Picture,
  luma: Uint32Array,
  blurred: Uint32Array,
  edges: Uint32Array,
): Picture {
  const developed = createPicture(picture.width, picture.height);
  for (let i = 0; i < luma.length; i++) {
    const tone = toneReference(at(luma, i), at(blurred, i));
    const pen = recipe.PEN * ((at(edges, i) * at(blurred, i)) >> 8);
    const glow = recipe.GLOW * ((at(edges, i) * (255 - at(blurred, i))) >> 8);
    for (let channel = 0; channel < 3; channel++) {
      const print = printReference(tone, channel);
      const photo = at(picture.data, 4 * i + channel);
      const mixed = (recipe.COLOUR * photo + (256 - recipe.COLOUR) * print) >> 8;
      const drawn = (mixed * (65536 - pen)) >> 16;
      const lit = (drawn * (65536 - glow) + at(recipe.GLOW_COLOUR, channel) * glow) >> 16;
      developed.data[4 * i + channel] = lit;
    }
    developed.data[4 * i + 3] = at(picture.data, 4 * i + 3);
  }
  return developed;
}

function toneReference(luma: number, blurred: number): number {
  const sharp = clamp(16 * luma + recipe.SHARPEN * (luma - blurred), 4095) >> 4;
  const curve = Math.floor((sharp * (510 - sharp)) / 255);
  return (recipe.CURVE * curve + (256 - recipe.CURVE) * sharp) >> 8;
}

function printReference(tone: number, channel: number): number {
  const [from, to] = tone < 128 ? [recipe.SHADOW, recipe.MIDDLE] : [recipe.MIDDLE, recipe.LIGHT];
  const step = tone % 128;
  return (at(from, channel) * (128 - step) + at(to, channel) * step) >> 7;
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`Index ${index} is outside 0 to ${values.length - 1}.`);
  return value;
}
