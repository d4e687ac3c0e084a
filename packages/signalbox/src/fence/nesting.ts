/**
 * How deep containers are nested in each other: what asks a container asks what is inside, and takes stack for each level.
 *
 * Invariants:
 * - Promise 6: nothing is put inside a container that would make more than `NESTING` levels that have not signalled. So any
 *   question, registration or hint fits on the stack. What is in a row (the points of a chain, fences that signal each
 *   other) is no level, and is not bounded.
 * - A level that has signalled is never looked into again, and doesn't count.
 */
import { SignalboxError } from "../errors.ts";
import { holdContainers, releaseContainers } from "./delivery.ts";
import type { Fence } from "./fence.ts";
import { SIGNALLED } from "./state.ts";

/** How many levels there may be: far more than a program has use for, and a fraction of what the smallest stack takes. */
export const NESTING = 256;

/** What may have fences inside: a container. */
export interface Nested extends Fence {
  /** @internal How many levels it has, itself included; what has signalled since it was made may still be counted. */
  _levels: number;
  /** @internal The fences that are one level further in. */
  _inside(): Iterable<Fence>;
}

/** The levels of a container that has these inside. */
export function levelsOver(fences: Iterable<Fence>): number {
  let most = 0;
  for (const fence of fences) most = Math.max(most, levelsOf(fence));
  return most + 1;
}

/** Throws EINVAL for a fence that has as many levels as there may be. Asks its issuers only if it has had that many. */
export function checkNesting(fence: Fence): void {
  if (levelsOf(fence) < NESTING || recount(fence) < NESTING) return;
  throw new SignalboxError(
    "EINVAL",
    `Containers are nested up to ${NESTING} deep (got one more): make one array of the fences themselves (\`leaves\`)`,
  );
}

// No class is tested for here, so that the classes may import this file.
function isNested(fence: Fence): fence is Nested {
  return fence.kind === "array" || fence.kind === "chain";
}

/** How many levels a fence is: 0 for one that is no container. */
export function levelsOf(fence: Fence): number {
  return isNested(fence) && fence._state !== SIGNALLED ? fence._levels : 0;
}

function recount(fence: Fence): number {
  const counted = new Set<Fence>();
  const count = (each: Fence): void => {
    if (!isNested(each) || counted.has(each) || each._state === SIGNALLED) return;
    counted.add(each);
    for (const inside of each._inside()) count(inside);
    each._levels = levelsOver(each._inside());
  };
  holdContainers();
  try {
    if (!fence.signalled) count(fence);
  } finally {
    releaseContainers();
  }
  return levelsOf(fence);
}
