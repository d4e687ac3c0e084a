/**
 * Failures that pass from fence to fence.
 *
 * Invariants: a fence that takes over another's failure keeps the first fence of the row, the one that failed by itself,
 * and none of those between: however long the row, its `FenceError` is made in constant stack, and one other fence is kept.
 */
import type { Fence } from "./fence.ts";

/** What such a fence has for a cause until somebody asks: whose failure it is. */
export class Inherited {
  readonly origin: Fence;

  /** Takes the failure of `source` over; of a fence that took it over itself, its origin's. */
  constructor(source: Fence) {
    this.origin = source._origin();
  }
}

/** A cause as people see it. */
export function shownCause(cause: unknown): unknown {
  return cause instanceof Inherited ? cause.origin._makeError() : cause;
}
