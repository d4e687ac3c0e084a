/** Jobs that hang, in ways of their own. */
import { readFileSync } from "node:fs";

/** Says that it is here, and never goes on. */
export function loop(cells, mine) {
  Atomics.add(cells, mine, 1);
  for (;;);
}

/** Never ends, though its thread is idle. */
export function forget() {
  return new Promise(() => {});
}

/** Waits in a call of the system, until somebody writes into the pipe; quick where there is no pipe. */
export function read(path, cells) {
  if (path === undefined) return 0;
  Atomics.add(cells, 0, 1);
  return readFileSync(path).length;
}

/** Quick when it is told not to loop: so the device learns that it is quick, and loads the thread ahead. */
export function loopIf(now) {
  while (now);
}

/**
 * Writes for ever.
 * @param {Int32Array} cells
 */
export function write(cells) {
  for (;;) Atomics.add(cells, 0, 1);
}

/**
 * How often somebody else has written in so many ms.
 * @param {Int32Array} cells
 * @param {number} ms
 */
export function written(cells, ms) {
  const before = Atomics.load(cells, 0);
  for (const end = performance.now() + ms; performance.now() < end;);
  return Atomics.load(cells, 0) - before;
}
