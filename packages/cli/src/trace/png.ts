/**
 * Pixels: an SVG picture rasterised by a Chromium of this machine, without a dependency.
 *
 * The browser gets a folder of its own, which is removed afterwards, and no network.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { InputError } from "../command.ts";
import type { Picture } from "./picture.ts";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const flags = [
  "--headless",
  "--no-sandbox", // Chromium refuses to run as root otherwise; it is shown our own picture only
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
];

/** Rasterises a picture; answers the bytes of a PNG. Throws `InputError` where no browser is found, or it fails. */
export async function rasterise({ text, width, height }: Picture): Promise<Uint8Array> {
  const browser = process.env["CHROMIUM"] ?? places.find((path) => existsSync(path));
  if (browser === undefined) {
    throw new InputError("--png needs a Chromium (none is in /usr/bin; CHROMIUM may name one), --svg needs none");
  }
  const folder = await mkdtemp(join(tmpdir(), "signalbox-png-"));
  try {
    const page = join(folder, "picture.svg");
    const shot = join(folder, "picture.png");
    await writeFile(page, text);
    const own = [`--user-data-dir=${folder}`, `--window-size=${width},${height}`, `--screenshot=${shot}`];
    await promisify(execFile)(browser, [...flags, ...own, pathToFileURL(page).href], { timeout: 60_000 });
    return await readFile(shot);
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    throw new InputError(`${browser} could not draw the picture (${line})`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
