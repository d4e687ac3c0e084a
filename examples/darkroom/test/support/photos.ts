/** Photo files for tests. */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { noisyPicture } from "./pictures.ts";

/** Writes a photo of that size, in the format that its name says. */
export async function writePhoto(path: string, width: number, height: number): Promise<string> {
  const { data } = noisyPicture(width, height, width * height);
  await sharp(data, { raw: { width, height, channels: 4 } }).toFile(path);
  return path;
}

/** Writes the first part of a photo's file: its header is whole, its pixels are not. */
export async function writeTruncated(path: string, width: number, height: number): Promise<string> {
  await writePhoto(path, width, height);
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length >> 1));
  return path;
}

/** The files of a folder, hidden ones too, in order; of each that it is a whole picture. */
export async function wholePictures(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  for (const name of names) await sharp(join(folder, name), { failOn: "warning" }).stats();
  return names;
}
