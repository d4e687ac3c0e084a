/** Job modules of the workers' tests: plain JavaScript, for threads load them as they are, in Node and in browsers. */
import { transfer } from "signalbox/workers";

/** The thread's own memory: tells whether two jobs ran in the same thread. */
const here = { calls: 0, id: Math.random() };

export default function echo(...args) {
  return args;
}

/**
 * @param {number} a
 * @param {number} b
 */
export function add(a, b) {
  return a + b;
}

export async function later(value, ms = 1) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
}

export function give(kind) {
  return { undefined, null: null, true: true, false: false, nan: NaN, zero: -0, string: "text", bigint: 12n }[kind];
}

export function fill(length, value) {
  const bytes = new Uint8Array(length).fill(value);
  return transfer(bytes, [bytes.buffer]);
}

/** @param {Uint8Array} bytes */
export function total(bytes) {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum;
}

export function thread() {
  return { id: here.id, calls: ++here.calls };
}

/** Changes what it was given: nobody else may notice. */
export function spoil(list) {
  list.push("spoiled");
  return list.length;
}

/** @param {number} ms */
export function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return here.id;
}

export function spinForEver() {
  for (;;);
}

/** Says in shared memory that it is here, and goes on when it is told to: so tests need no clock. */
export function meet(cells, mine, awaited) {
  Atomics.add(cells, mine, 1);
  Atomics.notify(cells, mine);
  if (awaited === undefined) return true;
  return Atomics.wait(cells, awaited, 0, 10_000) !== "timed-out";
}

/**
 * The first cell counts the others.
 *
 * @param {Int32Array} cells
 * @param {number} value
 */
export function append(cells, value) {
  cells[Atomics.add(cells, 0, 1) + 1] = value;
}

export const constant = 42;
