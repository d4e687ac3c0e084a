/**
 * Photos: which files are developed, and what each result is called.
 *
 * Invariants
 *  H1  The photos of a folder are its .jpg, .jpeg and .png files (any case, not hidden, no sub-folders), sorted by name, the
 *      same order on every machine.
 *  H2  A folder without a photo is an error, and so is none: a run over nothing is a mistake.
 *  H3  No two photos get the same output name, not even on a file system that ignores case.
 */
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join, parse } from "node:path";
import { DarkroomError, systemCode } from "../errors.ts";
import type { OutputFormat } from "./encode.ts";
import { reason } from "./reasons.ts";

const PHOTO_EXTENSIONS: ReadonlySet<string> = new Set([".jpg", ".jpeg", ".png"]);

/** NASA's pictures in the npm package three-globe: two of 4096 x 2048, by day and by night, and one of 2048 x 1024. */
const SAMPLES = ["earth-blue-marble.jpg", "earth-night.jpg", "earth-topology.png"] as const;

/** One photo's way through the darkroom. */
export interface PhotoPaths {
  readonly input: string;
  readonly output: string;
}

/** The pictures that a fresh clone has: paths into the npm package three-globe, which only development needs. */
export function samplePhotos(resolve: (name: string) => string = createRequire(import.meta.url).resolve): string[] {
  const folder = join(dirname(findPackage("three-globe", resolve)), "..", "example", "img");
  return SAMPLES.map((name) => join(folder, name));
}

/** The photos of a folder: paths, sorted by name. */
export async function listPhotos(folder: string): Promise<string[]> {
  const names = await readFolder(folder);
  const photos = names.filter(isPhotoName).sort(byCodeUnit);
  if (photos.length === 0) {
    throw new DarkroomError("input-folder", `There is no photo in "${folder}": ${describeFiles(names.length)}.`);
  }
  return photos.map((name) => join(folder, name));
}

/** Where each photo's result goes: its name with the format's ending, and a number where two would be called the same. */
export function planOutputs(inputs: readonly string[], folder: string, format: OutputFormat): PhotoPaths[] {
  const extension = format === "png" ? ".png" : ".jpg";
  const taken = new Set<string>();
  return inputs.map((input) => {
    const stem = parse(input).name;
    let name = stem + extension;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}${extension}`;
    taken.add(name.toLowerCase());
    return { input, output: join(folder, name) };
  });
}

function findPackage(name: string, resolve: (name: string) => string): string {
  try {
    return resolve(name);
  } catch (cause) {
    throw new DarkroomError(
      "input-folder",
      `The sample photos cannot be read: the npm package ${name} is not installed. Name a folder of your own by --input DIR.`,
      { cause },
    );
  }
}

/** Names of the files in a folder, links to files among them. */
async function readFolder(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => entry.name);
  } catch (cause) {
    const why = systemCode(cause) === "ENOTDIR" ? "it is not a folder" : reason(cause);
    throw new DarkroomError("input-folder", `The input folder "${folder}" cannot be read: ${why}.`, { cause });
  }
}

function describeFiles(count: number): string {
  if (count === 0) return "it is empty";
  return `${count === 1 ? "its one file does not end" : `none of its ${count} files ends`} in .jpg, .jpeg or .png`;
}

function isPhotoName(name: string): boolean {
  return !name.startsWith(".") && PHOTO_EXTENSIONS.has(extname(name).toLowerCase());
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
