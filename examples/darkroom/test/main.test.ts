/** The command, where it ends before any work starts: help, mistakes, and what can be told at once. */
import { readdirSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { helpText } from "../src/cli/help.ts";
import { darkroom } from "./support/command.ts";
import { testFolder } from "./support/folder.ts";
import { writePhoto } from "./support/photos.ts";

const isRoot = process.getuid?.() === 0;
if (isRoot) console.warn("SKIPPED as root, who may write anywhere: an output folder that may not be written to.");

/** A folder with one photo in it. */
async function inputFolder(): Promise<string> {
  const folder = join(await testFolder(), "photos");
  await mkdir(folder);
  await writePhoto(join(folder, "a.jpg"), 40, 30);
  return folder;
}

/** What a command says on stderr when it ends with 1 and has done nothing. */
async function complaint(args: readonly string[]): Promise<string> {
  const { code, out, err } = await darkroom(args);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  return err;
}

describe("the command line", () => {
  it("--help prints the help on stdout, and ends with 0", async () => {
    expect(await darkroom(["--help"])).toEqual({ code: 0, signal: null, out: `${helpText()}\n`, err: "" });
  });

  it.each([
    [["--devise", "workers"], "There is no flag --devise.\nDid you mean --device?"],
    [["photos"], '"photos" is not a flag.\nName the folder with your photos by --input DIR.'],
    [["--device", "tpu"], '--device cannot be "tpu".\nIt is one of: auto, webgpu, workers.'],
  ])("a mistake (%j) is told on stderr with what to do instead, and ends with 2", async (args, message) => {
    expect(await darkroom(args)).toEqual({ code: 2, signal: null, out: "", err: `darkroom: ${message}\n` });
  });
});

describe("an input folder", () => {
  it("that does not exist is named, and no output folder is made", async () => {
    const folder = await testFolder();
    const [input, output] = [join(folder, "nowhere"), join(folder, "out")];
    expect(await complaint(["--input", input, "--output", output])).toBe(
      `darkroom: The input folder "${input}" cannot be read: it does not exist.\n`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that is a file is named", async () => {
    const file = join(await inputFolder(), "a.jpg");
    expect(await complaint(["--input", file])).toBe(
      `darkroom: The input folder "${file}" cannot be read: it is not a folder.\n`,
    );
  });

  it("without a photo is a mistake", async () => {
    const folder = await testFolder();
    expect(await complaint(["--input", folder])).toBe(`darkroom: There is no photo in "${folder}": it is empty.\n`);
    await writeFile(join(folder, "notes.txt"), "");
    expect(await complaint(["--input", folder])).toBe(
      `darkroom: There is no photo in "${folder}": its one file does not end in .jpg, .jpeg or .png.\n`,
    );
  });
});

describe("an output", () => {
  it("folder in whose place is a file is named", async () => {
    const input = await inputFolder();
    const output = join(await testFolder(), "out");
    await writeFile(output, "");
    expect(await complaint(["--input", input, "--output", output])).toBe(
      `darkroom: The output folder "${output}" cannot be written to: a file of that name is in the way.\n`,
    );
  });

  it.skipIf(isRoot)("folder that may not be written to is named", async () => {
    const input = await inputFolder();
    const output = await testFolder();
    await chmod(output, 0o555);
    expect(await complaint(["--input", input, "--output", output])).toBe(
      `darkroom: The output folder "${output}" cannot be written to: permission is denied.\n`,
    );
  });

  it("folder that is the input folder, by whatever name, is refused", async () => {
    const input = await inputFolder();
    const output = join(input, "..", "photos");
    expect(await complaint(["--input", input, "--output", output])).toBe(
      `darkroom: The output folder "${output}" is the input folder: name another one.\n`,
    );
    expect(readdirSync(input)).toEqual(["a.jpg"]);
  });

  it.each([
    ["in a folder that is not there", join("nowhere", "t.pftrace"), "it does not exist"],
    ["that is a folder", ".", "it is a folder"],
  ])("trace %s is told before the work starts", async (_, name, why) => {
    const input = await inputFolder();
    const output = await testFolder();
    const trace = join(await testFolder(), name);
    expect(await complaint(["--input", input, "--output", output, "--trace", trace])).toBe(
      `darkroom: The trace "${trace}" cannot be written: ${why}.\n`,
    );
    expect(readdirSync(output)).toEqual([]);
  });
});

describe("--device webgpu", () => {
  it("says what it has tried where there is no driver, and ends with 1", async () => {
    const input = await inputFolder();
    const output = await testFolder();
    const env = { SIGNALBOX_WEBGPU_DRIVER: "/nowhere/icd.json" };
    const { code, out, err } = await darkroom(["-i", input, "-o", output, "-d", "webgpu"], { env });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^darkroom: No GPU adapter was found\. Tried \/nowhere\/icd\.json: .* is not there\. /);
    expect(err).not.toMatch(/\n\s+at /);
    expect(readdirSync(output)).toEqual([]);
  });
});
