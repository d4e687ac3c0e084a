/**
 * The floor's ring: numbers there and numbers back through shared memory, and two marks. No objects, no errors, no order between
 * rings. The main thread looks all the time; the other side does so for a while, since three that look all the time get in one
 * another's way on two cores.
 */

/** Slots of a ring; a power of two, and more than are ever outstanding. */
export const SLOTS = 1_024;

/** Marks, each on a cache line of its own: how many were put in, how many came back, and whether the thread is about to sleep. */
export const PUT = 0;
export const BACK = 16;
export const SLEEPS = 32;
const MARKS = 48;

/** How often a thread looks in vain before it sleeps: some tens of microseconds. */
export const LOOKS = 5_000;

/** The memory of one ring. */
export interface BareRing {
  readonly memory: SharedArrayBuffer;
  readonly marks: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array;
}

/** The ring in this memory, or in fresh memory. */
export function bareRing(memory: SharedArrayBuffer = new SharedArrayBuffer(MARKS * 4 + SLOTS * 8)): BareRing {
  return { memory, marks: new Int32Array(memory, 0, MARKS), numbers: new Float64Array(memory, MARKS * 4, SLOTS) };
}
