/** Whole runs of the command on a GPU, or on the software one. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPerfetto } from "signalbox/trace";
import { openTestGpu } from "./support/adapter.ts";
import { darkroom } from "./support/command.ts";
import { testFolder } from "./support/folder.ts";
import { wholePictures, writePhoto, writeTruncated } from "./support/photos.ts";

const gpu = await openTestGpu();
await gpu?.close();

describe.skipIf(gpu === undefined)("a run on a GPU", () => {
  it("develops every photo, traces the whole way, and compares with plain promises", async () => {
    const folder = await testFolder();
    const [input, output, trace] = [join(folder, "in"), join(folder, "out"), join(folder, "run.pftrace")];
    await mkdir(input);
    await writePhoto(join(input, "a.jpg"), 120, 90);
    await writePhoto(join(input, "b.png"), 33, 65);
    const args = ["-i", input, "-o", output, "-d", "webgpu", "--workers", "2", "--strip-rows", "20"];
    const { code, out } = await darkroom([...args, "--trace", trace, "--compare"]);

    expect(code).toBe(0);
    expect(out).toMatch(/^Developing 2 photos with WebGPU on \S.*\.\n/);
    expect(out).toContain("120 x 90, 5 strips, 0 of 10800 pixels differ from the reference\n");
    expect(out).toContain("33 x 65, 4 strips, 0 of 2145 pixels differ from the reference\n");
    expect(out).toMatch(/\nratio( +\d+\.\d\dx){4}\n/);
    expect(await wholePictures(output)).toEqual(["a.png", "b.png"]);

    const { tracks, slices, flows, brokenFlows, problems } = readPerfetto(await readFile(trace));
    expect({ brokenFlows, problems }).toEqual({ brokenFlows: 0, problems: [] });
    const names = ["inspect", "decode", "upload", "compute", "readback", "encode", "verify"];
    expect(tracks.map(({ name }) => name)).toEqual(expect.arrayContaining(names.map((name) => `queue ${name}`)));
    for (const name of ["upload ", "develop ", "readback "]) {
      expect(new Set(slices.filter((slice) => slice.name.startsWith(name)).map(({ job }) => job)).size).toBe(9);
    }
    // Every strip: decoded -> uploaded -> developed -> read back; and the last one -> encoded.
    expect(flows.length).toBeGreaterThanOrEqual(3 * 9 + 2);
  });

  it("lets a photo fail alone, and slices what the credits don't hold at once", async () => {
    const folder = await testFolder();
    const [input, output] = [join(folder, "in"), join(folder, "out")];
    await mkdir(input);
    await writePhoto(join(input, "a.png"), 100, 60);
    const truncated = await writeTruncated(join(input, "b.png"), 100, 60);
    await writePhoto(join(input, "c.png"), 1000, 60);
    await writePhoto(join(input, "d.png"), 60, 100);
    // 12 rows of 100 pixels in each of four buffers.
    const args = ["-i", input, "-o", output, "-d", "webgpu", "--workers", "2", "--credits", "19232"];
    const { code, out, err } = await darkroom(args);

    expect(code).toBe(1);
    expect(out.split("\n").slice(1, 5)).toEqual([
      `${join(output, "a.png")}  100 x 60, 30 strips, 0 of 6000 pixels differ from the reference`,
      `FAILED  b.png: "${truncated}" cannot be decoded: it is damaged or cut short.`,
      "FAILED  c.png: A picture of 1000 x 60 does not fit the credits of 18.8 KiB, a quarter for each of 4 buffers: a strip needs 11 whole rows at once, so at most 109 pixels of width.",
      `${join(output, "d.png")}  60 x 100, 10 strips, 0 of 6000 pixels differ from the reference`,
    ]);
    expect(err).not.toContain("cancelled");
    expect(await wholePictures(output)).toEqual(["a.png", "d.png"]);
  });
});
