/**
 * Output: the folder for the results, made ready before any work starts.
 *
 * Invariants
 *  U1  After `prepareOutput` the folder exists and a file could be written to it a moment ago; so an unwritable output is told
 *      at once, not after the first photo.
 *  U2  Results never land among the photos they were made from: the next run would develop them again.
 *  U3  What a killed run left there is gone.
 */
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { DarkroomError } from "../errors.ts";
import { removeTemporaries, temporaryPath } from "./atomic.ts";
import { reason } from "./reasons.ts";

/** Makes the output folder ready. `input` is the folder with the photos, where they come from one. */
export async function prepareOutput(folder: string, input?: string): Promise<void> {
  const probe = temporaryPath(folder);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
    removeTemporaries(folder);
  } catch (cause) {
    throw new DarkroomError("output-folder", `The output folder "${folder}" cannot be written to: ${reason(cause)}.`, {
      cause,
    });
  }
  if (input !== undefined && (await realpath(folder)) === (await realpath(input))) {
    throw new DarkroomError("output-folder", `The output folder "${folder}" is the input folder: name another one.`);
  }
}
