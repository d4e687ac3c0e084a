/** The comparison's own two ways to develop a strip: to be compared with, they must do the same work. */
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openPlainGpu } from "../../src/compare/plain-gpu.ts";
import { developPlainly } from "../../src/compare/plain-photos.ts";
import type { PlainDeveloper } from "../../src/compare/plain-photos.ts";
import { pasteRows } from "../../src/image/slice.ts";
import { createPicture, pictureBytes, type Picture } from "../../src/image/picture.ts";
import { planStrips, type Strip } from "../../src/image/strips.ts";
import { developReference } from "../../src/kernels/reference.ts";
import { comparePictures } from "../../src/verify.ts";
import { openPlainThreads } from "../../dist/compare/plain-threads.js";
import { openTestGpu } from "../support/adapter.ts";
import { testFolder } from "../support/folder.ts";
import { writePhoto } from "../support/photos.ts";
import { noisyPicture } from "../support/pictures.ts";

const gpu = await openTestGpu();
afterAll(() => gpu?.close());

/** Develops all strips of a picture at once. */
async function allAtOnce(developer: PlainDeveloper, photo: Picture): Promise<Picture> {
  const result = createPicture(photo.width, photo.height);
  const strips = planStrips(photo.width, photo.height, 9);
  await Promise.all(
    strips.map(async (strip) => pasteRows(result, strip.output, await developer.develop(strip, photo))),
  );
  return result;
}

describe("plain promises", () => {
  const photo = noisyPicture(70, 100);

  it("develop on threads as the reference does", async () => {
    const developer = await openPlainThreads(2);
    expect(comparePictures(developReference(photo), await allAtOnce(developer, photo)).differing).toBe(0);
    await developer.close();
  });

  it.skipIf(gpu === undefined)("develop on a GPU as the reference does", async () => {
    const developer = await openPlainGpu(gpu!.device);
    expect(comparePictures(developReference(photo), await allAtOnce(developer, photo)).differing).toBe(0);
    await developer.close();
  });

  /** Two photos to compare with, and a developer that does nothing and counts. */
  async function plan() {
    const folder = await testFolder();
    const output = join(folder, "out");
    await mkdir(output);
    const size = { width: 30, height: 40 };
    const strips = planStrips(size.width, size.height, 10);
    const photos = ["a", "b"].map((name) => ({
      input: join(folder, `${name}.png`),
      output: join(output, `${name}.png`),
      size,
      strips,
    }));
    for (const { input } of photos) await writePhoto(input, size.width, size.height);
    const developer: PlainDeveloper = {
      develop: async (strip: Strip) =>
        new Uint8Array(pictureBytes({ width: 30, height: strip.output.end - strip.output.first })),
      bytesFor: () => 1000,
      close: async () => {},
    };
    return { output, photos, developer };
  }

  it("hold all photos, their results and all strips at once, each strip being measured", async () => {
    const { output, photos, developer } = await plan();
    // No photo is put together before each has all its strips under way.
    let waiting = 0;
    let open = (): void => {};
    const all = new Promise<void>((resolve) => (open = resolve));
    const together: PlainDeveloper = {
      ...developer,
      develop: async (strip, picture) => {
        if (++waiting === 8) open();
        await all;
        return developer.develop(strip, picture);
      },
    };
    const { peakBytes, strips, wall } = await developPlainly(photos, "png", together, () =>
      Promise.reject(new Error("no")),
    );
    expect(peakBytes).toBe(2 * (2 * 30 * 40 * 4 + 4 * 1000));
    expect(strips).toHaveLength(8);
    expect(Math.max(...strips)).toBeLessThanOrEqual(wall);
    expect(readdirSync(output)).toEqual([]);
  });

  it("compare before they encode a JPEG, as the fences do", async () => {
    const { photos, developer } = await plan();
    const checked: string[] = [];
    await developPlainly(photos, "jpeg", developer, async ({ input }) => void checked.push(input));
    expect(checked.sort()).toEqual(photos.map(({ input }) => input));
  });

  it("leave nothing behind when one of them fails", async () => {
    const { output, photos, developer } = await plan();
    const failing = { ...developer, develop: () => Promise.reject(new Error("the device is gone")) };
    await expect(developPlainly(photos, "png", failing, async () => {})).rejects.toThrow("the device is gone");
    expect(readdirSync(output)).toEqual([]);
  });
});
