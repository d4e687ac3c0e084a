/**
 * The states of a fence, as the small integers that the hot paths compare, and their names.
 *
 * fresh -> armed -> published -> signalled; armed -> fresh by rollback only. See fence.ts for what each means.
 */

export const FRESH = 0;
export const ARMED = 1;
export const PUBLISHED = 2;
export const SIGNALLED = 3;

export type FenceStateNumber = typeof FRESH | typeof ARMED | typeof PUBLISHED | typeof SIGNALLED;

/**
 * Where a fence is on its one way: fresh (no seqno yet), armed (has one, seen only inside its submission), published
 * (seen by others, so it must signal), signalled (for ever).
 */
export type FenceState = "fresh" | "armed" | "published" | "signalled";

/** The name of each state, by its number. */
export const stateNames: readonly [FenceState, FenceState, FenceState, FenceState] = [
  "fresh",
  "armed",
  "published",
  "signalled",
];
