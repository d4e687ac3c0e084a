/**
 * Outcomes: how a photo ended, judged from what its jobs left, and what the command ends with on account of them.
 *
 * Invariants
 *  J1  A failure is told by its root: that a file is damaged, not that a strip was cancelled since an upload failed since a
 *      decode failed.
 *  J2  Cancelled is what an interrupt prevented, and nothing else.
 *  J3  A photo is developed only if it was compared and no pixel differs.
 */
import { FenceError, SignalboxError } from "signalbox";
import { causeText } from "../errors.ts";
import type { PhotoPaths } from "../files/photos.ts";
import { verdictText } from "../verify.ts";
import type { Verdict } from "../verify.ts";
import type { PlannedPhoto } from "./photo-graph.ts";

/** How one photo ended. */
export type Outcome =
  | { readonly kind: "developed"; readonly photo: PlannedPhoto; readonly verdict: Verdict }
  | { readonly kind: "failed"; readonly photo: PhotoPaths; readonly reason: string }
  /** `written`: the result is there, but was not compared with the reference. */
  | { readonly kind: "cancelled"; readonly photo: PhotoPaths; readonly written: boolean };

/** What an interrupt gives to what it cancels as the cause. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
  }
}

/** The outcome of a photo that was written and compared. */
export function judge(photo: PlannedPhoto, verdict: Verdict): Outcome {
  if (verdict.differing === 0) return { kind: "developed", photo, verdict };
  return { kind: "failed", photo, reason: `"${photo.output}": ${verdictText(verdict)}.` };
}

/**
 * The outcome of a photo that came to an error. `interrupted`: whether the run was, since when its queues take no more jobs.
 */
export function outcomeOf(
  photo: PhotoPaths,
  error: unknown,
  { interrupted, written = false }: { readonly interrupted: boolean; readonly written?: boolean },
): Outcome {
  const root = rootOf(error);
  const refused = interrupted && root instanceof SignalboxError && root.code === "ENODEV";
  if (refused || root instanceof Interrupted) return { kind: "cancelled", photo, written };
  return { kind: "failed", photo, reason: causeText(root) };
}

/** What the command ends with, if nothing interrupts it. */
export function exitCodeOf(outcomes: readonly Outcome[]): 0 | 1 {
  return outcomes.every(({ kind }) => kind === "developed") ? 0 : 1;
}

/** The end of a chain of fences that failed on account of one another: the first error that is no fence's. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof FenceError && root.cause !== undefined) root = root.cause;
  return root;
}
