/**
 * What runs in the threads of the case `recovery/workers`, by whoever's hand: each tells in shared memory when it began, in ms on the
 * clock that all threads of a process share.
 */

/** Where a job notes its beginning. */
export type Notes = Float64Array;

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Notes its beginning, tells, and never ends. */
export function hang(notes: Notes): void {
  notes[0] = now();
  for (;;);
}

/** Notes its beginning, and is done. */
export function next(notes: Notes): void {
  notes[1] = now();
}

/** A job of a neighbour: about 50 us. */
export function work(): void {
  const end = performance.now() + 0.05;
  while (performance.now() < end);
}
