/**
 * Inspect: how large a photo is, from its header alone. A worker thread calls `inspect` by name.
 *
 * Invariants
 *  N1  The size is that of the decoded picture: upright, whatever the orientation tag says.
 *  N2  Each error is a DarkroomError "input-file", one sentence that names the file and the cause, the same as decode's.
 */
import type { Size } from "../image/picture.ts";
import { decoderError, readPhoto } from "./decode.ts";
import { sharp } from "./sharp.ts";

/** Reads a photo's header. */
export async function inspect(path: string): Promise<Size> {
  const file = await readPhoto(path);
  try {
    const { autoOrient } = await sharp(file, { failOn: "error" }).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch (cause) {
    throw decoderError(path, cause);
  }
}
