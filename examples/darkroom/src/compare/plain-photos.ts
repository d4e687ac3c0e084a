/**
 * The comparison: the same photos, decoded, developed and encoded with plain promises and no bound, as one would write it
 * without queues: `Promise.all` over the photos, and over the strips of each.
 *
 * Invariant: it is fair. The same kernels on the same kind of device, the same strips, the same meter, the same files written
 * (to a folder that is removed again).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { decode } from "../files/decode.ts";
import { encode } from "../files/encode.ts";
import type { OutputFormat } from "../files/encode.ts";
import { createPicture } from "../image/picture.ts";
import type { Picture } from "../image/picture.ts";
import { pasteRows } from "../image/slice.ts";
import type { Strip } from "../image/strips.ts";
import { pictureBytes } from "../pipeline/gpu-developer.ts";
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
  readonly wall: number;
  readonly peakBytes: number;
  /** How long each strip took, in ms. */
  readonly strips: readonly number[];
}

/** Does all the work at once, and measures it. Rejects if any of it fails. */
export async function developPlainly(
  photos: readonly PlannedPhoto[],
  format: OutputFormat,
  developer: PlainDeveloper,
): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-plain-"));
  const meter = new Meter();
  const strips: number[] = [];
  const began = performance.now();
  try {
    await Promise.all(
      photos.map(async (photo) => {
        const picture = await decode(photo.input);
        const held = 2 * pictureBytes(photo.size);
        meter.add(held);
        const developed = createPicture(picture.width, picture.height);
        await Promise.all(photo.strips.map((strip) => developStrip(strip, picture, developed)));
        await encode({ path: join(folder, basename(photo.output)), format, ...developed });
        meter.remove(held);
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { wall: performance.now() - began, peakBytes: meter.peak, strips };

  async function developStrip(strip: Strip, picture: Picture, developed: Picture): Promise<void> {
    const bytes = developer.bytesFor(strip);
    const begun = performance.now();
    meter.add(bytes);
    pasteRows(developed, strip.output, await developer.develop(strip, picture));
    meter.remove(bytes);
    strips.push(performance.now() - begun);
  }
}
