/**
 * Where an answer of ours differs from the kernel's, and is meant to: the one table that the replay reads.
 *
 * A row is a last resort. It names a rule, says why ours is better, and picks out exactly the steps that it is about; any
 * other difference stays a mismatch. docs/conformance.md has the same rows for people, and a test holds the two together.
 */
import type { Answer, Step } from "./format.ts";

/** One way in which we differ on purpose. */
export interface Deviation {
  /** The rule or decision that says so, such as "SY7" or "Q33"; unique in the table. */
  readonly rule: string;
  /** The operations that it is about. */
  readonly ops: readonly string[];
  /** Why ours is better, in a sentence. */
  readonly why: string;
  /** Whether this difference is the one that is meant, and no other. */
  covers(step: Step, ours: Answer): boolean;
}

/** All of them: at present there is none. */
export const deviations: readonly Deviation[] = [];
