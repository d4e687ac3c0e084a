/**
 * The comparison: the same photos, decoded, developed and encoded with plain promises and no bound, as one would write it
 * without queues: `Promise.all` over the photos, and over the strips of each.
 *
 * Invariant: it is fair. The same kernels on the same kind of device, which is ready before the clock starts; the same
 * strips; the same meter; the same files written to the same disk; a strip's time from the same event to the same event. A
 * JPEG is compared with the reference before it is written, as it is with fences, on the same threads.
 */
import { mkdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { temporaryPath } from "../files/atomic.ts";
import { decode } from "../files/decode.ts";
import { encode } from "../files/encode.ts";
import type { OutputFormat } from "../files/encode.ts";
import { createPicture, pictureBytes } from "../image/picture.ts";
import type { Picture } from "../image/picture.ts";
import { pasteRows } from "../image/slice.ts";
import type { Strip } from "../image/strips.ts";
import { Meter } from "../pipeline/meter.ts";
import type { PlannedPhoto } from "../pipeline/photo-graph.ts";

/** Develops one strip at once, whatever else is under way. */
export interface PlainDeveloper {
  develop(strip: Strip, picture: Picture): Promise<Uint8Array>;
  /** Bytes that it takes for a strip while it is under way. */
  bytesFor(strip: Strip): number;
  close(): Promise<void>;
}

/** What was measured of one way to do the work. */
export interface Figures {
  /** From the first decode to the last result written, in ms. */
  readonly wall: number;
  /** The most bytes of pictures and buffers at once. */
  readonly peakBytes: number;
  /** How long each strip took, from when its photo was decoded until its rows were back, in ms. */
  readonly strips: readonly number[];
}

/** Compares a developed picture with the reference of its photo. */
export type Check = (photo: PlannedPhoto, developed: Picture) => Promise<void>;

/**
 * Does all the work at once, and measures it. Rejects if any of it fails. `check` is called before a JPEG is encoded.
 * The results go to a folder beside the real ones, under a temporary name, and are removed again.
 */
export async function developPlainly(
  photos: readonly PlannedPhoto[],
  format: OutputFormat,
  developer: PlainDeveloper,
  check: Check,
): Promise<Figures> {
  const folder = temporaryPath(dirname(photos[0]?.output ?? ""));
  await mkdir(folder);
  const meter = new Meter();
  const strips: number[] = [];
  const began = performance.now();
  try {
    await Promise.all(photos.map(developPhoto));
    return { wall: performance.now() - began, peakBytes: meter.peak, strips };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  async function developPhoto(photo: PlannedPhoto): Promise<void> {
    const picture = await decode(photo.input);
    const decodedAt = performance.now();
    const held = 2 * pictureBytes(photo.size);
    meter.add(held);
    const developed = createPicture(picture.width, picture.height);
    await Promise.all(photo.strips.map((strip) => developStrip(strip, picture, developed, decodedAt)));
    if (format === "jpeg") await check(photo, developed);
    await encode({ path: join(folder, basename(photo.output)), format, ...developed });
    meter.remove(held);
  }

  async function developStrip(strip: Strip, picture: Picture, developed: Picture, decodedAt: number): Promise<void> {
    const bytes = developer.bytesFor(strip);
    meter.add(bytes);
    pasteRows(developed, strip.output, await developer.develop(strip, picture));
    meter.remove(bytes);
    strips.push(performance.now() - decodedAt);
  }
}
