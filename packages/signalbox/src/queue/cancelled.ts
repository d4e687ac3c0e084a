/**
 * What the fence of a cancelled job carries until somebody asks for an error: why, in words, without a stack, and without
 * keeping the dependency.
 */
import type { CancelReason } from "../driver.ts";
import { Inherited } from "../fence/inherited.ts";
import { describe } from "../fence/words.ts";

export class Cancelled {
  readonly what: string;
  readonly cause: unknown;

  constructor(reason: CancelReason) {
    this.what = `was cancelled, since ${textOf(reason)}`;
    this.cause = reason.kind === "dependency" ? new Inherited(reason.fence) : reason.cause;
  }
}

function textOf(reason: CancelReason): string {
  switch (reason.kind) {
    case "dependency":
      return `its dependency ${describe(reason.fence)} failed`;
    case "killed":
      return "its queue was killed";
    case "lost":
      return "its device is gone";
    case "reset":
      return reason.guilty === null
        ? "its device was reset"
        : `its device was reset on account of [Job "${reason.guilty.label}"]`;
  }
}
