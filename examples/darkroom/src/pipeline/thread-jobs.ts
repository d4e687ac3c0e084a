/**
 * What the worker threads run: the module that the darkroom's worker jobs name, one export for each kind of job.
 *
 * The exports are the functions of the other folders, with their results transferred instead of copied. Loaded in threads
 * only, from the built package.
 */
import { transfer } from "signalbox/workers";
import type { Transferred } from "signalbox/workers";
import { decode as decodePhoto } from "../files/decode.ts";
import type { Picture } from "../image/picture.ts";
import { develop as developStrip } from "../kernels/strip.ts";
import type { SourceInput } from "../kernels/strip.ts";
import { verify } from "../verify.ts";
import type { Verdict } from "../verify.ts";

export { encode } from "../files/encode.ts";
export { inspect } from "../files/inspect.ts";
export { verifyFiles } from "../verify.ts";

/** Reads and decodes one photo. */
export async function decode(path: string): Promise<Transferred<Picture>> {
  const picture = await decodePhoto(path);
  return transfer(picture, [picture.data.buffer as ArrayBuffer]);
}

/** Runs all kernels over one strip. */
export function develop(input: SourceInput): Transferred<Uint8Array<ArrayBuffer>> {
  const rows = developStrip(input);
  return transfer(rows, [rows.buffer]);
}

/** Compares a developed picture with the reference of its photo, which is decoded once more. */
export async function verifyDeveloped(input: { readonly path: string; readonly developed: Picture }): Promise<Verdict> {
  return verify({ photo: await decodePhoto(input.path), developed: input.developed });
}
