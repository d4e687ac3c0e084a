/**
 * Words that must be out when the call returns, from any thread: whatever becomes of the thread or its event loop afterwards.
 */
import { appendFileSync, writeSync } from "node:fs";
import { isMainThread, threadId } from "node:worker_threads";

const STDERR = 2;

/** Writes to the process's standard error; a thread says which one it is. Throws nothing. */
export function writeError(text: string): void {
  const said = isMainThread ? text : `[thread ${threadId}] ${text}`;
  try {
    writeSync(STDERR, said);
  } catch {
    process.stderr.write(said); // A pipe that is full just now: its turn comes.
  }
}

/** Adds to the end of a file, which is made if there is none. A file that can't be written is told of, and nothing else. */
export function addToFile(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    writeError(`${String(error)}\n`);
  }
}
