import { describe, expect, it } from "vitest";
import { createPicture } from "../../src/image/picture.ts";
import { cutRows, pasteRows, viewRows } from "../../src/image/slice.ts";
import { pictureOf } from "../support/pictures.ts";

describe("slices", () => {
  const picture = pictureOf(2, 4, (i) => i);
  const middle = { first: 1, end: 3 };

  it("are the rows asked for", () => {
    expect([...viewRows(picture, middle)]).toEqual(Array.from({ length: 16 }, (_, i) => 8 + i));
    expect(cutRows(picture, middle)).toEqual(viewRows(picture, middle));
  });

  it("C1, C2: a cut owns its buffer, a view shares the picture's", () => {
    expect(cutRows(picture, middle).buffer.byteLength).toBe(16);
    expect(viewRows(picture, middle).buffer).toBe(picture.data.buffer);
  });

  it("C3: go back into their place and nowhere else", () => {
    const target = createPicture(2, 4);
    pasteRows(target, middle, new Uint8Array(16).fill(7));
    expect([...target.data]).toEqual([...Array(8).fill(0), ...Array(16).fill(7), ...Array(8).fill(0)]);
    expect(() => pasteRows(target, middle, new Uint8Array(15))).toThrow("are 16 bytes, not 15");
  });

  it.each([
    [-1, 2],
    [3, 5],
    [3, 2],
  ])("are never rows %d to %d of four", (first, end) => {
    expect(() => viewRows(picture, { first, end })).toThrow(`Rows ${first} to ${end}`);
  });
});
