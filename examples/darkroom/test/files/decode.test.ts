import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DarkroomError } from "../../src/errors.ts";
import { decode } from "../../src/files/decode.ts";
import { samplePhotos } from "../../src/files/photos.ts";
import { sharp } from "../../src/files/sharp.ts";
import { collect } from "../support/collect.ts";
import { testFolder } from "../support/folder.ts";
import { noisyPicture } from "../support/pictures.ts";

const raw = { width: 4, height: 3, channels: 4 } as const;
const noise = noisyPicture(raw.width, raw.height);
const flat = { create: { width: 4, height: 2, channels: 3, background: { r: 10, g: 200, b: 30 } } } as const;

/** Writes a file, decodes it, and hands back the picture. */
async function decodeFile(name: string, contents: Uint8Array | string) {
  const path = join(await testFolder(), name);
  await writeFile(path, contents);
  return decode(path);
}

async function failure(path: string): Promise<DarkroomError> {
  const error: unknown = await decode(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DarkroomError);
  expect(error).toMatchObject({ code: "input-file" });
  return error as DarkroomError;
}

async function failureOf(name: string, contents: Uint8Array | string): Promise<[path: string, message: string]> {
  const path = join(await testFolder(), name);
  await writeFile(path, contents);
  return [path, (await failure(path)).message];
}

describe("decode", () => {
  it("reads a PNG to the very pixels, transparent ones included", async () => {
    const png = await sharp(noise.data, { raw }).png().toBuffer();
    expect(await decodeFile("noise.png", png)).toEqual(noise);
  });

  it("reads a JPEG, whatever its name says", async () => {
    const jpeg = await sharp(flat).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
    for (const name of ["flat.jpg", "flat.JPEG", "flat.png"]) {
      const { width, height, data } = await decodeFile(name, jpeg);
      expect([width, height]).toEqual([4, 2]);
      for (const [i, channel] of [10, 200, 30, 255].entries()) {
        expect(Math.abs(data[i]! - channel)).toBeLessThanOrEqual(2);
      }
    }
  });

  it.each([
    ["grey", () => sharp(flat).greyscale().png()],
    ["16 bits", () => sharp(flat).toColourspace("rgb16").png()],
    ["palette", () => sharp(flat).png({ palette: true })],
    ["CMYK", () => sharp(flat).toColourspace("cmyk").jpeg()],
  ])("makes 8-bit RGBA of a picture in %s", async (_kind, make) => {
    const picture = await decodeFile("picture.png", await make().toBuffer());
    expect(picture).toMatchObject({ width: 4, height: 2 });
    expect(picture.data).toHaveLength(4 * 2 * 4);
    expect(picture.data[3]).toBe(255);
    expect([...picture.data.subarray(4)]).toEqual([...picture.data.subarray(0, -4)]);
  });

  it("turns a photo upright as its orientation tag says", async () => {
    const turned = await sharp(flat).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await decodeFile("turned.jpg", turned)).toMatchObject({ width: 2, height: 4 });
  });

  it("I3: hands out bytes that may be transferred", async () => {
    const { data } = await decodeFile("flat.png", await sharp(flat).png().toBuffer());
    expect(data.constructor).toBe(Uint8Array);
    expect(data.buffer.byteLength).toBe(data.byteLength);
    const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
    expect([moved.byteLength, data.byteLength]).toEqual([32, 0]);
  });

  it("bug: keeps no memory of a picture that is gone", async () => {
    const path = join(await testFolder(), "flat.png");
    await sharp({ create: { ...flat.create, width: 2000, height: 1000 } }).toFile(path);
    const bytesHeldAfter = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++) {
        await decode(path);
        collect();
      }
      return process.memoryUsage.rss();
    };
    const before = await bytesHeldAfter(5);
    expect((await bytesHeldAfter(20)) - before).toBeLessThan((20 * 8_000_000) / 2);
  });

  it("reads the pictures that a fresh clone has", async () => {
    const sizes = await Promise.all(samplePhotos().map((path) => sharp(path).metadata()));
    expect(sizes.map(({ width, height, format }) => `${format} ${width} x ${height}`)).toEqual([
      "jpeg 4096 x 2048",
      "jpeg 4096 x 2048",
      "png 2048 x 1024",
    ]);
  });
});

describe("decode says in a sentence what is wrong with", () => {
  it("a file that is not there", async () => {
    const path = join(await testFolder(), "gone.jpg");
    expect((await failure(path)).message).toBe(`"${path}" cannot be read: it does not exist.`);
  });

  it("a folder called .jpg", async () => {
    const path = join(await testFolder(), "folder.jpg");
    await mkdir(path);
    expect((await failure(path)).message).toBe(`"${path}" cannot be read: it is a folder.`);
  });

  it("links that lead in a circle", async () => {
    const path = join(await testFolder(), "circle.jpg");
    await symlink(path, path);
    expect((await failure(path)).message).toBe(`"${path}" cannot be read: its links lead in a circle.`);
  });

  it.skipIf(process.getuid?.() === 0)("a file that may not be read", async () => {
    const path = join(await testFolder(), "secret.jpg");
    await writeFile(path, "", { mode: 0o000 });
    expect((await failure(path)).message).toBe(`"${path}" cannot be read: permission is denied.`);
  });

  it("an empty file", async () => {
    const [path, message] = await failureOf("empty.png", "");
    expect(message).toBe(`"${path}" is empty: it has 0 bytes.`);
  });

  it.each(["hello", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>"])(
    "a text called .jpg: %s",
    async (text) => {
      const [path, message] = await failureOf("text.jpg", text);
      expect(message).toBe(`"${path}" is neither a JPEG nor a PNG, whatever its name says.`);
    },
  );

  it.each([0.001, 0.5, 0.999])("a photo of which only a part (%d) is there", async (part) => {
    for (const sample of samplePhotos().slice(-2)) {
      const file = await readFile(sample);
      const [path, message] = await failureOf("cut.jpg", file.subarray(0, Math.ceil(file.byteLength * part)));
      expect(message).toBe(`"${path}" cannot be decoded: it is damaged or cut short.`);
    }
  });

  it("a PNG with a damaged byte", async () => {
    const png = await sharp(noise.data, { raw }).png().toBuffer();
    png[png.byteLength - 20]! ^= 0x55;
    const [path, message] = await failureOf("damaged.png", png);
    expect(message).toBe(`"${path}" cannot be decoded: it is damaged or cut short.`);
  });
});
