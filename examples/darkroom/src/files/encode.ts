/**
 * Encode: a developed picture becomes a PNG or JPEG file. A worker thread calls `encode` by name.
 *
 * Invariants
 *  O1  The file appears whole or not at all (see atomic.ts).
 *  O2  A PNG holds the very pixels that were developed; a JPEG is for people, and has white where the picture is transparent.
 *  O3  Each error is a DarkroomError "output-file", one sentence that names the file and the cause.
 */
import { causeText, DarkroomError } from "../errors.ts";
import { BYTES_PER_PIXEL, checkPicture, type Picture } from "../image/picture.ts";
import { writeAtomically } from "./atomic.ts";
import { sharp } from "./sharp.ts";

/** The formats that can be written. */
export type OutputFormat = "png" | "jpeg";

/** What `encode` takes: a picture, and where it goes. */
export interface EncodeInput extends Picture {
  readonly path: string;
  readonly format: OutputFormat;
}

/** Encodes and writes one picture; resolves with the bytes written. */
export async function encode(input: EncodeInput): Promise<number> {
  checkPicture(input);
  const bytes = await encodeBytes(input);
  await writeAtomically(input.path, bytes);
  return bytes.byteLength;
}

async function encodeBytes({ path, format, width, height, data }: EncodeInput): Promise<Uint8Array> {
  const image = sharp(data, { raw: { width, height, channels: BYTES_PER_PIXEL } });
  try {
    switch (format) {
      case "png":
        // Filters make the file a quarter smaller; more compression than 3 would double the time for 5 % of it.
        return await image.png({ compressionLevel: 3, adaptiveFiltering: true }).toBuffer();
      case "jpeg":
        return await image.flatten({ background: "white" }).jpeg({ quality: 90 }).toBuffer();
    }
  } catch (cause) {
    throw new DarkroomError("output-file", `"${path}" cannot be encoded as ${format}: ${causeText(cause)}.`, { cause });
  }
}
