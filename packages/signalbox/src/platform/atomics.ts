/**
 * Atomics: the few operations on shared memory that the core and its devices use, behind one door.
 *
 * A cell is one element of an Int32Array over a SharedArrayBuffer; a wide cell is one of a BigUint64Array, and nobody waits
 * on it. Waiting comes in two forms: blocking (not on a browser's main thread) and by promise.
 */

/** Whether this agent has memory that can be shared with threads; a browser's page only where it is isolated. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === "function";
}

/** Stores a value into a cell and wakes whoever waits on it. Never blocks. */
export function storeAndWake(cells: Int32Array, index: number, value: number): void {
  Atomics.store(cells, index, value);
  Atomics.notify(cells, index);
}

/** Stores a value into a cell without waking anybody: the next `wake` tells them. */
export function store(cells: Int32Array, index: number, value: number): void {
  Atomics.store(cells, index, value);
}

/** Reads a cell. */
export function load(cells: Int32Array, index: number): number {
  return Atomics.load(cells, index);
}

/** Adds to a cell and answers what it held before. */
export function add(cells: Int32Array, index: number, value: number): number {
  return Atomics.add(cells, index, value);
}

/** Puts `value` into a cell if it holds `expected`; answers what it held. */
export function compareExchange(cells: Int32Array, index: number, expected: number, value: number): number {
  return Atomics.compareExchange(cells, index, expected, value);
}

/** Puts a value into a cell and answers what it held before. */
export function exchange(cells: Int32Array, index: number, value: number): number {
  return Atomics.exchange(cells, index, value);
}

/** Wakes whoever waits on a cell. Never blocks. */
export function wake(cells: Int32Array, index: number): void {
  Atomics.notify(cells, index);
}

/** Blocks this thread while the cell holds `value`, for at most `timeout` ms. Never on a main thread of a browser, never in a section. */
export function blockWhile(
  cells: Int32Array,
  index: number,
  value: number,
  timeout: number = Infinity,
): "ok" | "not-equal" | "timed-out" {
  return Atomics.wait(cells as Int32Array<SharedArrayBuffer>, index, value, timeout);
}

/** Whether this agent can wait for a cell without blocking (Firefox before 145 can't). */
export function canWaitAsync(): boolean {
  return typeof Atomics.waitAsync === "function";
}

/**
 * A promise that is kept when somebody wakes the cell; undefined if it holds something else than `value` already. Ask
 * `canWaitAsync` first. A pending one doesn't keep a Node process alive.
 */
export function wokenFrom(cells: Int32Array, index: number, value: number): Promise<unknown> | undefined {
  const result = Atomics.waitAsync(cells as Int32Array<SharedArrayBuffer>, index, value);
  return result.async ? result.value : undefined;
}

/** Stores a value into a wide cell. */
export function storeWide(cells: BigUint64Array, index: number, value: bigint): void {
  Atomics.store(cells, index, value);
}

/** Reads a wide cell. */
export function loadWide(cells: BigUint64Array, index: number): bigint {
  return Atomics.load(cells, index);
}
