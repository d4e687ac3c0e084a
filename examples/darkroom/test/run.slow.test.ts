/** Whole runs of the command on worker threads: what comes out, what is said about it, and what goes wrong alone. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPerfetto } from "signalbox/trace";
import { verifyFiles } from "../src/verify.ts";
import { darkroom, start, startDarkroom, COMMAND } from "./support/command.ts";
import { testFolder } from "./support/folder.ts";
import { wholePictures, writePhoto, writeTruncated } from "./support/photos.ts";

/** A folder for photos and one, not there yet, for results; and the flags that name them. */
async function folders(): Promise<{ input: string; output: string; args: string[] }> {
  const folder = await testFolder();
  const [input, output] = [join(folder, "photos"), join(folder, "made", "results")];
  await mkdir(input);
  const args = ["--input", input, "--output", output, "--device", "workers", "--workers", "2"];
  return { input, output, args };
}

const none = "0 of %d pixels differ from the reference";
const same = (pixels: number): string => none.replace("%d", String(pixels));

describe("a run", () => {
  it("develops every photo: results on disk, the report on stdout, the progress on stderr", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "a.jpg"), 90, 70);
    await writePhoto(join(input, "b.PNG".toLowerCase()), 50, 120);
    await writePhoto(join(input, "c.jpeg"), 1, 1);
    const { code, out, err } = await darkroom([...args, "--strip-rows", "30"]);

    expect(code).toBe(0);
    const [first, ...lines] = out.split("\n");
    expect(first).toBe("Developing 3 photos with the kernels in TypeScript on 2 worker threads.");
    expect(lines.slice(0, 4)).toEqual([
      `${join(output, "a.png")}  90 x 70, 3 strips, ${same(6300)}`,
      `${join(output, "b.png")}  50 x 120, 4 strips, ${same(6000)}`,
      `${join(output, "c.png")}  1 x 1, 1 strip, ${same(1)}`,
      "",
    ]);
    const table = lines.slice(6, lines.indexOf("", 4));
    expect(table.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ["inspect", "3"],
      ["decode", "3"],
      ["develop", "8"],
      ["encode", "3"],
      ["verify", "3"],
    ]);
    expect(out).toMatch(/\nDeveloped 3 of 3, in [\d.]+ m?s; the pictures are in .*\/made\/results\.\n$/);
    // Eight strips and three comparisons; elsewhere than on a terminal nothing but text.
    expect(err).toMatch(/^(\d+\/11 steps, \d+ %\n){3,10}$/);
    expect(err).toMatch(/\n11\/11 steps, 100 %\n$/);

    expect(await wholePictures(output)).toEqual(["a.png", "b.png", "c.png"]);
    const verdict = await verifyFiles({ input: join(input, "a.jpg"), output: join(output, "a.png") });
    expect(verdict).toEqual({ pixels: 6300, differing: 0 });
  });

  it("takes relative names from the folder that it is run in", async () => {
    const { input } = await folders();
    await writePhoto(join(input, "a.jpg"), 20, 20);
    const args = ["-i", "photos", "-o", "out", "-d", "workers", "--workers", "1", "--trace", "t.pftrace"];
    const { code, out } = await darkroom(args, { cwd: join(input, "..") });
    expect(code).toBe(0);
    expect(out).toContain("out/a.png  20 x 20, 1 strip");
    expect(out).toContain("on 1 worker thread.");
    expect(readdirSync(join(input, "..")).sort()).toEqual(["out", "photos", "t.pftrace"]);
  });

  it("slices into many strips under few credits, and not one pixel differs", async () => {
    const { input, args } = await folders();
    await writePhoto(join(input, "a.png"), 200, 120);
    // 12 rows of 200 pixels: 2 rows of result and 10 of halo.
    const { code, out } = await darkroom([...args, "--credits", "9600"]);
    expect(code).toBe(0);
    expect(out).toContain(`200 x 120, 60 strips, ${same(24000)}`);
    expect(out).toMatch(/\ndevelop +60 .* 9\.4 KiB of 9\.4 KiB\n/);
  });

  it("writes JPEG files, which were compared before they were encoded", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "a.png"), 60, 40);
    const { code, out } = await darkroom([...args, "--format", "jpeg"]);
    expect(code).toBe(0);
    expect(out).toContain(`${join(output, "a.jpg")}  60 x 40, 1 strip, ${same(2400)}`);
    expect(await wholePictures(output)).toEqual(["a.jpg"]);
    expect((await readFile(join(output, "a.jpg"))).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  });

  it("falls back to threads where --device auto finds no driver, and says so", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "a.png"), 30, 30);
    const env = { SIGNALBOX_WEBGPU_DRIVER: "/nowhere/icd.json" };
    const { code, out, err } = await darkroom([...args, "--device", "auto"], { env });
    expect(code).toBe(0);
    expect(out).toContain("Developing 1 photo with the kernels in TypeScript on 2 worker threads.");
    expect(err).toMatch(
      /^No GPU: No GPU adapter was found\. Tried \/nowhere\/icd\.json: .*\nThe kernels run in TypeScript on worker threads instead\.\n/,
    );
    expect(await wholePictures(output)).toEqual(["a.png"]);
  });

  it("goes on where whoever reads its output leaves", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "a.png"), 30, 30);
    const { child, ending } = startDarkroom(args);
    child.stdout.destroy();
    expect(await ending).toMatchObject({ code: 0, out: "" });
    expect(await wholePictures(output)).toEqual(["a.png"]);
  });
});

describe("a photo that fails", () => {
  it("fails alone, and the message names its file and the cause", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "a.jpg"), 60, 40);
    await writeTruncated(join(input, "b-truncated.jpg"), 60, 40);
    await writeFile(join(input, "c-text.jpg"), "This is no picture.");
    await writeFile(join(input, "d-empty.png"), "");
    await writeTruncated(join(input, "e-truncated.png"), 60, 40);
    await writePhoto(join(input, "z.png"), 40, 60);
    const { code, out, err } = await darkroom(args);

    expect(code).toBe(1);
    const path = (name: string): string => `"${join(input, name)}"`;
    expect(out.split("\n").slice(1, 7)).toEqual([
      `${join(output, "a.png")}  60 x 40, 1 strip, ${same(2400)}`,
      `FAILED  b-truncated.jpg: ${path("b-truncated.jpg")} cannot be decoded: it is damaged or cut short.`,
      `FAILED  c-text.jpg: ${path("c-text.jpg")} is neither a JPEG nor a PNG, whatever its name says.`,
      `FAILED  d-empty.png: ${path("d-empty.png")} is empty: it has 0 bytes.`,
      `FAILED  e-truncated.png: ${path("e-truncated.png")} cannot be decoded: it is damaged or cut short.`,
      `${join(output, "z.png")}  40 x 60, 1 strip, ${same(2400)}`,
    ]);
    expect(out).toMatch(/\nDeveloped 2 of 6, 4 failed, in /);
    expect(out + err).not.toContain("was cancelled");
    expect(err).toMatch(/ 100 %\n$/);
    expect(await wholePictures(output)).toEqual(["a.png", "z.png"]);
  });

  it("is one that is too wide for the credits, with what would fit", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "narrow.png"), 100, 30);
    await writePhoto(join(input, "wide.png"), 2000, 30);
    const { code, out } = await darkroom([...args, "--credits", "20kB"]);
    expect(code).toBe(1);
    expect(out).toContain(
      "FAILED  wide.png: A picture of 2000 x 30 does not fit the credits of 19.5 KiB: a strip needs 11 whole rows at once, so at most 454 pixels of width.\n",
    );
    expect(await wholePictures(output)).toEqual(["narrow.png"]);
  });

  it("is one in whose result's place is a folder", async () => {
    const { input, output, args } = await folders();
    await writePhoto(join(input, "a.png"), 30, 30);
    await writePhoto(join(input, "b.png"), 30, 30);
    await mkdir(join(output, "a.png"), { recursive: true });
    const { code, out } = await darkroom(args);
    expect(code).toBe(1);
    expect(out).toContain(`FAILED  a.png: "${join(output, "a.png")}" cannot be written: it is a folder.\n`);
    expect(readdirSync(output).sort()).toEqual(["a.png", "b.png"]);
    expect(readdirSync(join(output, "a.png"))).toEqual([]);
  });
});

describe("--trace", () => {
  it("writes a file with a track for each queue, and arrows that all arrive", async () => {
    const { input, args } = await folders();
    const file = join(input, "..", "run.pftrace");
    await writePhoto(join(input, "a.png"), 60, 90);
    const { code, out } = await darkroom([...args, "--strip-rows", "30", "--trace", file]);
    expect(code).toBe(0);
    expect(out).toContain(`The trace is ${file}: open it at ui.perfetto.dev.\n`);
    const { tracks, slices, flows, brokenFlows, problems } = readPerfetto(await readFile(file));
    expect({ brokenFlows, problems }).toEqual({ brokenFlows: 0, problems: [] });
    expect(tracks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["inspect", "decode", "develop", "encode", "verify"].map((name) => `queue ${name}`)),
    );
    expect(flows.length).toBeGreaterThanOrEqual(4); // three strips behind the decoding, the encoding behind the strips
    expect(slices.filter(({ name }) => name.startsWith("develop ")).length).toBeGreaterThanOrEqual(3);
  });
});

describe("--compare", () => {
  it.each(["png", "jpeg"])(
    "measures the same work with plain promises, and leaves nothing of it (%s)",
    async (format) => {
      const { input, output, args } = await folders();
      await writePhoto(join(input, "a.png"), 60, 90);
      await writePhoto(join(input, "b.png"), 40, 40);
      const { code, out } = await darkroom([...args, "--format", format, "--compare"]);
      expect(code).toBe(0);
      const table = out.slice(out.indexOf("the same work")).split("\n");
      expect(table.map((line) => line.split(/ {2,}/)[0])).toEqual([
        "the same work",
        expect.stringMatching(/^-+$/),
        "fences and credits",
        "plain promises",
        "ratio",
        "A strip's time is from when its photo was decoded until its rows are back.",
        "",
      ]);
      expect(table[4]).toMatch(/^ratio( +\d+\.\d\dx){4}$/);
      expect(await wholePictures(output)).toEqual(format === "png" ? ["a.png", "b.png"] : ["a.jpg", "b.jpg"]);
    },
  );

  it("is left out where it would not be the same work", async () => {
    const { input, args } = await folders();
    await writePhoto(join(input, "a.png"), 60, 90);
    await writeFile(join(input, "b.png"), "");
    const { code, out } = await darkroom([...args, "--compare"]);
    expect(code).toBe(1);
    expect(out).toMatch(/\nNot compared with plain promises: not every photo was developed, [^\n]*\n$/);
  });
});

const script = ["/usr/bin/script", "/bin/script"].find((path) => existsSync(path));
if (script === undefined) console.warn("SKIPPED, for want of the program `script`: the progress on a terminal.");

describe.skipIf(script === undefined)("on a terminal", () => {
  /** Runs the command on a pseudo-terminal; answers all that it wrote there, with "␛" for the escape character. */
  async function onTerminal(env: Readonly<Record<string, string>>): Promise<string> {
    const { input, args } = await folders();
    await writePhoto(join(input, "a.png"), 60, 90);
    const command = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(" ");
    const terminal = start(script!, ["-qec", command, "/dev/null"], { env: { TERM: "xterm", ...env } });
    const { code, out } = await terminal.ending;
    expect(code).toBe(0);
    return out.replaceAll("\u001b", "␛");
  }

  it("there is a bar, in colour, which is gone in the end", async () => {
    const out = await onTerminal({});
    expect(out).toMatch(/\r␛\[K.*█.*2\/2 steps, 100 %/);
    expect(out).toContain("␛[36m█");
    const after = out.slice(out.lastIndexOf("\r␛[K") + 4);
    expect(after).toMatch(/^[^█░␛]*a\.png {2}60 x 90[^█░␛]*$/);
  });

  it("there are no colours under NO_COLOR, unless it is empty", async () => {
    const out = await onTerminal({ NO_COLOR: "1" });
    expect(out).toContain("█");
    expect(out).not.toMatch(/␛\[\d+m/);
    expect(await onTerminal({ NO_COLOR: "" })).toContain("␛[36m█");
  });
});
