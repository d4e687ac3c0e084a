/**
 * The print: the arithmetic of `compose`, pixel after pixel, with what depends on one byte alone looked up in tables.
 * Only strip.ts uses it; recipe.ts says what it computes.
 *
 * Invariants
 *  N1  One result pixel per value of `edges`; `photo` and `blurred` start at the same pixel and may be longer.
 *  N2  Alpha is copied.
 */
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import * as recipe from "./recipe.ts";

/** tone -> red, green, blue of the paper, already weighted for the mix. */
const PAPER: Uint16Array = paperTable();

/** sharpened brightness -> tone. */
const TONE: Uint8Array = toneTable();

/** Develops pixels that lie side by side. */
export function printPixels(photo: Uint8Array, blurred: Uint8Array, edges: Uint8Array): Uint8Array<ArrayBuffer> {
  const { COLOUR, GLOW, PEN, SHARPEN } = recipe;
  const [lumaRed, lumaGreen, lumaBlue] = recipe.LUMA_WEIGHTS;
  const [glowRed, glowGreen, glowBlue] = recipe.GLOW_COLOUR;
  const result = new Uint8Array(edges.length * BYTES_PER_PIXEL);
  for (let i = 0, byte = 0; i < edges.length; i++, byte += BYTES_PER_PIXEL) {
    const red = photo[byte]!;
    const green = photo[byte + 1]!;
    const blue = photo[byte + 2]!;
    const ground = blurred[i]!;
    const luma = (lumaRed * red + lumaGreen * green + lumaBlue * blue) >> 8;
    const raised = 16 * luma + SHARPEN * (luma - ground);
    const paper = 3 * TONE[raised < 0 ? 0 : raised > 4095 ? 255 : raised >> 4]!;
    const line = edges[i]!;
    const dark = 65536 - PEN * ((line * ground) >> 8);
    const bright = GLOW * ((line * (255 - ground)) >> 8);
    result[byte] = ink((COLOUR * red + PAPER[paper]!) >> 8, dark, bright, glowRed);
    result[byte + 1] = ink((COLOUR * green + PAPER[paper + 1]!) >> 8, dark, bright, glowGreen);
    result[byte + 2] = ink((COLOUR * blue + PAPER[paper + 2]!) >> 8, dark, bright, glowBlue);
    result[byte + 3] = photo[byte + 3]!;
  }
  return result;
}

/** One channel with its line: `dark` and `bright` are of 65536. */
function ink(mixed: number, dark: number, bright: number, glow: number): number {
  return (((mixed * dark) >> 16) * (65536 - bright) + glow * bright) >> 16;
}

function toneTable(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, sharp) => {
    const curve = Math.floor((sharp * (510 - sharp)) / 255);
    return (recipe.CURVE * curve + (256 - recipe.CURVE) * sharp) >> 8;
  });
}

function paperTable(): Uint16Array {
  const { SHADOW, MIDDLE, LIGHT } = recipe;
  const table = new Uint16Array(3 * 256);
  for (const channel of [0, 1, 2] as const) {
    for (let tone = 0; tone < 128; tone++) {
      const between = (from: number, to: number): number => (from * (128 - tone) + to * tone) >> 7;
      const weight = 256 - recipe.COLOUR;
      table[3 * tone + channel] = weight * between(SHADOW[channel], MIDDLE[channel]);
      table[3 * (tone + 128) + channel] = weight * between(MIDDLE[channel], LIGHT[channel]);
    }
  }
  return table;
}
