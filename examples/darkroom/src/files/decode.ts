/**
 * Decode: a JPEG or PNG file becomes a Picture. A worker thread calls `decode` by name.
 *
 * Whatever is in the file (grey, palette, 16 bits, CMYK, an orientation tag) comes out upright, sRGB, 8-bit RGBA.
 *
 * Invariants
 *  I1  A file that is cut short or damaged is an error, never a picture with a grey rest.
 *  I2  Each error is a DarkroomError "input-file", one sentence that names the file and the cause.
 *  I3  The picture's bytes own their whole ArrayBuffer: they may be transferred.
 */
import { readFile } from "node:fs/promises";
import { causeText, DarkroomError } from "../errors.ts";
import { checkPicture, type Picture } from "../image/picture.ts";
import { reason } from "./reasons.ts";
import { sharp } from "./sharp.ts";

const JPEG_SIGNATURE = [0xff, 0xd8, 0xff];
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Reads and decodes one photo. */
export async function decode(path: string): Promise<Picture> {
  const file = await readPhoto(path);
  const picture = await decodeBytes(path, file);
  checkPicture(picture);
  return picture;
}

/** The bytes of a file that looks like a photo. Rejects as `decode` does. */
export async function readPhoto(path: string): Promise<Uint8Array> {
  let file: Uint8Array;
  try {
    file = await readFile(path);
  } catch (cause) {
    throw new DarkroomError("input-file", `"${path}" cannot be read: ${reason(cause)}.`, { cause });
  }
  if (file.byteLength === 0) throw new DarkroomError("input-file", `"${path}" is empty: it has 0 bytes.`);
  // What sharp would also take (SVG, WebP, GIF) behind a name that ends in .jpg is a mistake worth telling.
  if (!startsWith(file, JPEG_SIGNATURE) && !startsWith(file, PNG_SIGNATURE)) {
    throw new DarkroomError("input-file", `"${path}" is neither a JPEG nor a PNG, whatever its name says.`);
  }
  return file;
}

async function decodeBytes(path: string, file: Uint8Array): Promise<Picture> {
  try {
    const { data, info } = await sharp(file, { failOn: "error" })
      .autoOrient()
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    // A Buffer can't be transferred, hence the copy. sharp's own toUint8Array makes one too, but in 0.35.5 it never frees
    // what it copied from: it hands FreeCallback its arguments in the wrong order.
    return { width: info.width, height: info.height, data: new Uint8Array(data) };
  } catch (cause) {
    throw decoderError(path, cause);
  }
}

/** What the decoder found wrong with a file, as a sentence. */
export function decoderError(path: string, cause: unknown): DarkroomError {
  return new DarkroomError("input-file", `"${path}" cannot be decoded: ${explain(cause)}.`, { cause });
}

/** The decoder's words, or better ones where it is known what they mean. */
function explain(cause: unknown): string {
  const words = causeText(cause);
  // "Unknown error": libvips keeps its words in one place for all threads, so another thread's call may have wiped them.
  if (/premature end|libpng read error|corrupt header|^unknown error/i.test(words)) return "it is damaged or cut short";
  if (/exceeds pixel limit/i.test(words)) return "it has more pixels than the decoder takes (16383 x 16383)";
  return (words.split("\n")[0] ?? words).replace(/\.$/, "");
}

function startsWith(file: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => file[index] === byte);
}
