import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encode } from "../src/files/encode.ts";
import { developReference } from "../src/kernels/reference.ts";
import { comparePictures, verdictText, verify, verifyFiles } from "../src/verify.ts";
import { testFolder } from "./support/folder.ts";
import { noisyPicture } from "./support/pictures.ts";

describe("verification", () => {
  const photo = noisyPicture(5, 4);

  it("finds nothing in a picture that was developed right", () => {
    const verdict = verify({ photo, developed: developReference(photo) });
    expect(verdict).toEqual({ pixels: 20, differing: 0 });
    expect(verdictText(verdict)).toBe("0 of 20 pixels differ from the reference");
  });

  it.each([0, 1, 2, 3])("counts a pixel that differs in byte %d by one, once, and says where the first is", (byte) => {
    const developed = developReference(photo);
    const expected = [...developed.data.subarray(4 * 7, 4 * 8)];
    developed.data[4 * 7 + byte]! ^= 1;
    developed.data[4 * 19] = 255 - developed.data[4 * 19]!;
    developed.data[4 * 19 + 1] = 255 - developed.data[4 * 19 + 1]!;
    const actual = [...developed.data.subarray(4 * 7, 4 * 8)];
    const verdict = verify({ photo, developed });
    expect(verdict).toEqual({ pixels: 20, differing: 2, first: { x: 2, y: 1, expected, actual } });
    expect(verdictText(verdict)).toBe(
      "2 of 20 pixels differ from the reference, the first at (2, 1): " +
        `rgba(${actual.join(", ")}) instead of rgba(${expected.join(", ")})`,
    );
  });

  it("compares only pictures of one size, and only whole ones", () => {
    expect(() => comparePictures(photo, noisyPicture(4, 5))).toThrow("5 x 4 is not 4 x 5");
    expect(() => comparePictures(photo, { ...photo, data: photo.data.subarray(4) })).toThrow("has 80 bytes, not 76");
  });

  it("works on files: a photo and the PNG that was made from it", async () => {
    const folder = await testFolder();
    const [input, output] = [join(folder, "photo.png"), join(folder, "developed.png")];
    await encode({ ...photo, path: input, format: "png" });
    const developed = developReference(photo);
    await encode({ ...developed, path: output, format: "png" });
    expect(await verifyFiles({ input, output })).toEqual({ pixels: 20, differing: 0 });
    developed.data[0]! ^= 1;
    await encode({ ...developed, path: output, format: "png" });
    expect(await verifyFiles({ input, output })).toMatchObject({ differing: 1, first: { x: 0, y: 0 } });
  });
});
