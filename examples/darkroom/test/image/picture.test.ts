import { describe, expect, it } from "vitest";
import { checkPicture, createPicture } from "../../src/image/picture.ts";

describe("a picture", () => {
  it("starts transparent and black, four bytes a pixel", () => {
    const picture = createPicture(3, 2);
    expect(picture.data).toEqual(new Uint8Array(24));
    expect(() => checkPicture(picture)).not.toThrow();
  });

  it.each([
    [0, 1],
    [1, 0],
    [-1, 5],
    [1.5, 2],
    [NaN, 1],
    [Infinity, 1],
  ])("has no size %d x %d", (width, height) => {
    expect(() => createPicture(width, height)).toThrow(`not ${width} x ${height}`);
  });

  it("has neither too many bytes nor too few", () => {
    expect(() => checkPicture({ width: 2, height: 2, data: new Uint8Array(15) })).toThrow("has 16 bytes, not 15");
    expect(() => checkPicture({ width: 2, height: 2, data: new Uint8Array(17) })).toThrow("has 16 bytes, not 17");
  });
});
