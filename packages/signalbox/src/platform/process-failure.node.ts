/**
 * Failing a process from any of its threads, without ending it.
 *
 * States of the process: fine -> failed, for ever; then it ends with code 1 where it would with 0.
 *
 * The state is a cell of shared memory, which threads are handed by Node with the rest of their environment data. A thread's exit
 * code is nobody's business where the thread was handed the cell. Where its process knows nothing of this, it is all that there is.
 */
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { add, load } from "./atomics.ts";

const KEY = "signalbox: process failure";

/** Watches over the exit code from now on; answers what fails the process. */
export function failProcessAtEnd(): () => void {
  const inherited = getEnvironmentData(KEY);
  if (inherited instanceof SharedArrayBuffer) return failureOf(inherited);
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(KEY, memory);
  process.on("exit", (code) => {
    if (code === 0 && load(new Int32Array(memory), 0) > 0) process.exitCode = 1;
  });
  return failureOf(memory);
}

function failureOf(memory: SharedArrayBuffer): () => void {
  const cell = new Int32Array(memory);
  return () => void add(cell, 0, 1);
}
