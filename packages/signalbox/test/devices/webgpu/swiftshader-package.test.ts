/** The software GPU of the npm package: found, unpacked once, whole or not at all, and only where nobody else can write. */
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findPackage, unpackOnce } from "../../../src/devices/webgpu/node/swiftshader-package.ts";
import type { SwiftShaderPackage } from "../../../src/devices/webgpu/node/swiftshader-package.ts";
import { readTar } from "../../../src/devices/webgpu/node/tar.ts";

const real = await findPackage();
if ("absent" in real) process.stderr.write(`SKIPPED, the tests of unpacking: @sparticuz/chromium: ${real.absent}\n`);
const found = real as SwiftShaderPackage;

const files = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "signalbox-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe.skipIf("absent" in real)("unpacking the software GPU", () => {
  it("writes the three files that are needed, whole, and does not write them again", async () => {
    const place = join(folder, "cache", "signalbox");
    const unpacked = await unpackOnce(found, [place]);
    expect(unpacked).toBe(join(place, `swiftshader-${found.version}-x64`));
    expect((await readdir(unpacked)).sort()).toEqual(files);
    const content = readTar(brotliDecompressSync(await readFile(found.archive)));
    for (const file of files)
      expect(Buffer.compare(await readFile(join(unpacked, file)), content.get(file)!), file).toBe(0);
    const before = await stat(unpacked);
    expect(await unpackOnce(found, [place])).toBe(unpacked);
    expect(await stat(unpacked)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(await readdir(place)).toHaveLength(1);
  });

  it("may be done by several at once, and leaves one folder", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => unpackOnce(found, [folder])));
    expect(new Set(all).size).toBe(1);
    expect(await readdir(folder)).toHaveLength(1);
    expect((await readdir(all[0]!)).sort()).toEqual(files);
  });

  it("takes the next place where one can't be written, or others may write to it", async () => {
    await writeFile(join(folder, "file"), "");
    const open = join(folder, "open");
    await mkdir(open);
    await chmod(open, 0o777);
    const good = join(folder, "good");
    expect(await unpackOnce(found, [join(folder, "file", "cache"), open, good])).toContain(good);
    expect(await readdir(open)).toEqual([]);
    expect((await stat(good)).mode & 0o077).toBe(0);
    await expect(unpackOnce(found, [open])).rejects.toMatchObject({
      code: "EIO",
      message: expect.stringContaining("is no folder that only this user may write to"),
    });
  });

  it("leaves nothing behind when the archive is broken", async () => {
    const whole = await readFile(found.archive);
    const tar = brotliDecompressSync(whole);
    const broken: readonly (readonly [string, Uint8Array, RegExp])[] = [
      ["half", whole.subarray(0, whole.length / 2), /unexpected end of file/],
      [
        "short",
        brotliCompressSync(tar.subarray(0, 100_000), { params: { 1: 1 } }),
        /ends in the middle of "libEGL.so"/,
      ],
      ["other", brotliCompressSync(tar.subarray(0, 319_488), { params: { 1: 1 } }), /has no libvulkan.so.1 in it/],
    ];
    for (const [name, bytes, message] of broken) {
      const archive = join(folder, `${name}.tar.br`);
      const place = join(folder, name);
      await writeFile(archive, bytes);
      await expect(unpackOnce({ archive, version: "0" }, [place])).rejects.toThrow(message);
      expect(await readdir(place)).toEqual([]);
    }
  });
});

describe("finding the package", () => {
  it("says so where it is not installed", async () => {
    expect(await findPackage([join(folder, "package.json")])).toEqual({
      absent: process.arch === "x64" ? "it is not installed" : expect.any(String),
    });
  });

  it.skipIf(process.arch !== "x64")("says so where it has no driver inside", async () => {
    const package_ = join(folder, "node_modules/@sparticuz/chromium");
    await mkdir(join(package_, "build"), { recursive: true });
    await writeFile(join(package_, "package.json"), '{ "version": "1.2.3", "main": "build/index.js" }');
    await writeFile(join(package_, "build/index.js"), "");
    const place = join(folder, "package.json");
    expect(await findPackage([place])).toEqual({ absent: `${package_}/bin/swiftshader.tar.br is not there` });
    await mkdir(join(package_, "bin"));
    await writeFile(join(package_, "bin/swiftshader.tar.br"), "");
    expect(await findPackage([place])).toEqual({ archive: `${package_}/bin/swiftshader.tar.br`, version: "1.2.3" });
  });
});
