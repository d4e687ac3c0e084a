/**
 * How long this thread has had a core since it began, in ms; undefined where nobody tells.
 *
 * Linux counts it for each thread (the first number of its `schedstat`): it stands still while another thread or process has the core,
 * which the time of the whole process does not.
 */
import { readFileSync } from "node:fs";

const FILE = "/proc/thread-self/schedstat";

export const coreTime: (() => number) | undefined = isTold() ? read : undefined;

function read(): number {
  return Number(readFileSync(FILE, "latin1").split(" ", 1)[0]) / 1e6;
}

function isTold(): boolean {
  try {
    return Number.isFinite(read());
  } catch {
    return false;
  }
}
