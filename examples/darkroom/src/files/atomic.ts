/**
 * Atomic writes: a file is written beside its target under a temporary name and renamed when it is complete.
 *
 * Invariants
 *  M1  Under the target's name there is the old file, or the new one, or none; never a part of one.
 *  M2  A write that fails takes its temporary file along.
 *  M3  A temporary name says which process it belongs to, so an abort can remove what this process left (a killed thread
 *      cannot do so itself), and a later run what a killed process left; nothing else is ever removed.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DarkroomError, systemCode } from "../errors.ts";
import { reason } from "./reasons.ts";

const TEMPORARY_NAME = /^\.darkroom-(\d+)-[0-9a-f]{12}\.part$/;

/** Writes a whole file, or none. */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryPath(dirname(path));
  try {
    await writeNew(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first failure is the one to tell
    throw new DarkroomError("output-file", `"${path}" cannot be written: ${reason(cause)}.`, { cause });
  }
}

/** A new name in that folder, for a file that is not complete yet, or a folder of such files. */
export function temporaryPath(folder: string): string {
  return join(folder, `.darkroom-${process.pid}-${randomBytes(6).toString("hex")}.part`);
}

/**
 * Removes the temporary files and folders that this process, or one that is gone, left in a folder; returns how many. Synchronous, so that
 * a signal handler may call it last. A folder that is not there holds none.
 */
export function removeTemporaries(folder: string): number {
  const ours = list(folder).filter((name) => {
    const owner = Number(TEMPORARY_NAME.exec(name)?.[1]);
    return owner === process.pid || (owner > 0 && !isAlive(owner));
  });
  for (const name of ours) rmSync(join(folder, name), { recursive: true, force: true });
  return ours.length;
}

/** Writes a file that must not exist yet, through to the disk: what is renamed later must not be empty after a power cut. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return [];
    throw cause;
  }
}

/** Whether a process of that number runs; one of another user counts. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0); // signal 0 only asks
  } catch (cause) {
    return systemCode(cause) !== "ESRCH";
  }
}
