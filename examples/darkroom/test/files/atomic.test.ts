import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { removeTemporaries, temporaryPath, writeAtomically } from "../../src/files/atomic.ts";
import { testFolder } from "../support/folder.ts";

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

describe("an atomic write", () => {
  it("replaces what was there, whole", async () => {
    const folder = await testFolder();
    const path = join(folder, "file");
    await writeAtomically(path, new Uint8Array([1, 2, 3]));
    await writeAtomically(path, new Uint8Array([4]));
    expect([...(await readFile(path))]).toEqual([4]);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("M1: never shows a part of a file while it is written", async () => {
    const folder = await testFolder();
    const path = join(folder, "file");
    const contents = [new Uint8Array(3_000_000).fill(1), new Uint8Array(5_000_000).fill(2)];
    let writing = true;
    const write = async () => {
      for (let i = 0; i < 10; i++) await writeAtomically(path, contents[i % 2]!);
      writing = false;
    };
    const sizes = new Set<number>();
    const watch = async () => {
      while (writing) {
        const seen = await readFile(path).catch(() => undefined);
        if (seen !== undefined) sizes.add(seen.byteLength);
      }
    };
    await Promise.all([write(), watch()]);
    expect(sizes.size).toBeGreaterThan(0);
    for (const size of sizes) expect([3_000_000, 5_000_000]).toContain(size);
  });

  it("M2: takes its temporary file along when the last step fails", async () => {
    const folder = await testFolder();
    const path = join(folder, "taken");
    await mkdir(join(path, "full"), { recursive: true });
    await expect(writeAtomically(path, new Uint8Array(1))).rejects.toMatchObject({ code: "output-file" });
    expect(await readdir(folder)).toEqual(["taken"]);
  });
});

describe("temporary files", () => {
  it("M3: are removed if their process is this one or gone, and nothing else is", async () => {
    const folder = await testFolder();
    const kept = [".darkroom-1-0123456789ab.part", ".darkroom-x.part", "photo.png", `.darkroom-${process.pid}.part`];
    const removed = [
      temporaryPath(folder),
      temporaryPath(folder),
      join(folder, `.darkroom-${deadProcess()}-0123456789ab.part`),
    ];
    for (const name of kept) await writeFile(join(folder, name), "");
    for (const path of removed) await writeFile(path, "");
    const inFolder = temporaryPath(folder);
    await mkdir(inFolder);
    await writeFile(temporaryPath(inFolder), "");
    expect(removeTemporaries(folder)).toBe(4);
    expect((await readdir(folder)).sort()).toEqual(kept.sort());
  });

  it("of a folder that is not there are none", async () => {
    expect(removeTemporaries(join(await testFolder(), "missing"))).toBe(0);
  });
});
