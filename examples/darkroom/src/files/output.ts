/**
 * Output: the folder for the results, and the trace's file, made ready before any work starts.
 *
 * Invariants
 *  U1  After `prepareOutput` the folder exists and a file could be written to it a moment ago; so an unwritable output is told
 *      at once, not after the first photo.
 *  U2  Results never land among the photos they were made from: the next run would develop them again.
 *  U3  What a killed run left there is gone.
 */
import { mkdir, open, realpath, rm, stat, writeFile } from "node:fs/promises";
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

/** Rejects if the trace can't be written to that file: hours of work would be for nothing. Leaves the file as it is. */
export async function checkTraceFile(path: string): Promise<void> {
  try {
    const isNew = await stat(path).then(
      () => false,
      () => true,
    );
    const file = await open(path, "a");
    await file.close();
    if (isNew) await rm(path);
  } catch (cause) {
    throw new DarkroomError("output-file", `The trace "${path}" cannot be written: ${reason(cause)}.`, { cause });
  }
}
