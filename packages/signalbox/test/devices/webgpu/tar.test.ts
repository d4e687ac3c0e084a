/** The small tar reader, on archives that the system's own tar writes. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readTar } from "../../../src/devices/webgpu/node/tar.ts";

let folder: string;
let archive: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "signalbox-test-"));
  const names = ["empty", "small", "block", "large"];
  for (const [index, size] of [0, 5, 512, 100_001].entries())
    await writeFile(join(folder, names[index]!), Buffer.alloc(size, names[index]));
  await symlink("small", join(folder, "link"));
  archive = execFileSync("tar", ["--format=ustar", "-c", "link", ...names], { cwd: folder, maxBuffer: 1 << 20 });
});
afterAll(() => rm(folder, { recursive: true }));

it("reads plain files of every size, and passes over links", () => {
  const files = readTar(archive);
  expect([...files.keys()]).toEqual(["empty", "small", "block", "large"]);
  expect([...files.values()].map(({ length }) => length)).toEqual([0, 5, 512, 100_001]);
  expect(Buffer.from(files.get("small")!).toString()).toBe("small");
  expect(Buffer.compare(files.get("large")!, Buffer.alloc(100_001, "large"))).toBe(0);
});

it("refuses what is no archive, is damaged, or ends too early", () => {
  expect(() => readTar(Buffer.alloc(1024, "x"))).toThrow(/no valid header at byte 0/);
  const damaged = Buffer.from(archive);
  damaged[512 + 124] = 0x37;
  expect(() => readTar(damaged)).toThrow(/no valid header at byte 512/);
  expect(() => readTar(archive.subarray(0, 50_000))).toThrow(/ends in the middle of "large"/);
});
