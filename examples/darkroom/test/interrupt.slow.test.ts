/** Ctrl-C in the middle of a run: once for a clean end, twice for an end at once. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTestGpu } from "./support/adapter.ts";
import { start, startDarkroom } from "./support/command.ts";
import { testFolder } from "./support/folder.ts";
import { wholePictures, writePhoto } from "./support/photos.ts";

const gpu = await openTestGpu();
await gpu?.close();

/** Flags for a run over so many photos, each in 40 strips. */
async function photos(count: number, device: string): Promise<{ input: string; output: string; args: string[] }> {
  const folder = await testFolder();
  const [input, output] = [join(folder, "in"), join(folder, "out")];
  await mkdir(input);
  for (let i = 0; i < count; i++) await writePhoto(join(input, `${i}.jpg`), 600, 400);
  const args = ["-i", input, "-o", output, "-d", device, "--workers", "2", "--strip-rows", "10"];
  return { input, output, args };
}

const REMARK = "Interrupted: what runs comes to its end, the rest is cancelled. Once more ends at once.\n";

describe.each(["workers", "webgpu"])("Ctrl-C, on %s", (device) => {
  const missing = device === "webgpu" && gpu === undefined;

  it.skipIf(missing)("cancels what has not begun, leaves nothing half-written, and ends with 130", async () => {
    const { output, args } = await photos(8, device);
    const { child, ending, said } = startDarkroom([...args, "--compare"]);
    await said(/\n\d+\/328 steps, /); // strips are under way, in the third tenth of all steps at the most
    child.kill("SIGINT");
    const { code, signal, out, err } = await ending;
    expect({ code, signal }).toEqual({ code: 130, signal: null });
    expect(err).toContain(REMARK);

    const [, developed, cancelled] = /\nDeveloped (\d) of 8, (\d) cancelled, in /.exec(out) ?? [];
    expect(Number(developed) + Number(cancelled)).toBe(8);
    expect(out.match(/^cancelled {2}\d\.jpg(: written, but not compared with the reference)?$/gm)).toHaveLength(
      Number(cancelled),
    );
    expect(Number(cancelled)).toBeGreaterThanOrEqual(4);
    expect(out).not.toContain("FAILED");
    expect(out).not.toContain("plain promises");
    const written = out.match(/ 600 x 400, | written, but not/g)?.length ?? 0;
    expect(await wholePictures(output)).toHaveLength(written);
  });

  it.skipIf(missing)("twice ends at once, whatever the threads do, and leaves nothing half-written", async () => {
    const { input, output, args } = await photos(1, device);
    // A file that never ends: the thread that reads it can't come to its end, nor be ended.
    await start("mkfifo", [join(input, "pipe")]).ending;
    await symlink("pipe", join(input, "endless.jpg"));
    const { child, ending, said } = startDarkroom(args);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await writeFile(join(output, `.darkroom-${child.pid}-0123456789ab.part`), "half");
    child.kill("SIGINT");
    await said(REMARK);
    child.kill("SIGINT");
    const { code, signal, out } = await ending;
    expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" }); // a shell makes 130 of it
    expect(out).toMatch(/^Developing [^\n]*\n$/);
    expect(await wholePictures(output)).toEqual([]);
  });
});

describe("SIGTERM", () => {
  it("is the same, with an exit code of its own", async () => {
    const { output, args } = await photos(4, "workers");
    const { child, ending, said } = startDarkroom(args);
    await said("steps, ");
    child.kill("SIGTERM");
    const { code, err } = await ending;
    expect(code).toBe(143);
    expect(err).toContain(REMARK);
    await wholePictures(output);
  });
});
