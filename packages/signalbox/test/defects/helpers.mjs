/** What the programs of defects need beside the package. */

/** One turn of the event loop, and some time. */
export function turn() {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** The garbage collector. */
export function collect() {
  globalThis.gc();
}
