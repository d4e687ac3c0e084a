/**
 * The signalling section: a synchronous stretch of code on which some fence's signal depends.
 *
 * For code that may signal none, one or many fences, and doesn't know which when it begins: the worker of a queue, a
 * handler that first has to look. Where one certain fence is owed, see `publish` (obligation.ts); where an interrupt
 * signals, `deliver`: there consequences wait for its end, in a section they don't.
 *
 * States of the agent: outside -> inside, as deep as sections nest (L3) -> outside.
 *
 * Invariants: promise 7: the depth is the same after a section as before it, an exception included. In a section nobody waits,
 * awaits, takes an async lock or something from a pool that fences refill, or submits (L2). The validator holds it to that.
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import { isPromise } from "../fence/synchronous.ts";
import type { Synchronous } from "../fence/synchronous.ts";
import { hooks } from "../hooks.ts";

let depth = 0;

/** Whether the code that asks runs inside a signalling section. */
export function insideSection(): boolean {
  return depth > 0;
}

/** Opens a section for this body, which owes a fence that was handed on to it, if one was; pairs with {@link leaveSection} on every path. */
export function enterSection(body: object, owes?: Fence): void {
  if (hooks.lockdep !== null) hooks.lockdep.entered("section", body, owes);
  depth++;
}

/** Ends a section. */
export function leaveSection(): void {
  depth--;
  if (hooks.lockdep !== null) hooks.lockdep.left("section");
}

/** A section, to be entered again. */
export interface SectionOf {
  readonly body: object;
  /** The fence that was handed on to it, if one was. */
  readonly owes: Fence | undefined;
}

/** Steps out of the innermost section, which is this one, for one synchronous call: what is owed in it is handed over in it. */
export function outsideSection<T>({ body, owes }: SectionOf, call: () => T): T {
  leaveSection();
  try {
    return call();
  } finally {
    enterSection(body, owes);
  }
}

/**
 * Runs a signalling section, and answers what the body answers. Sections nest.
 *
 * The body is synchronous: it must not wait, await, take a lock that is waited for or something from a pool that fences
 * refill, or submit. What it throws passes through; the section is over then as well.
 * Throws EINVAL if the body answers a promise (which an async function does).
 *
 * @example
 * ```ts
 * signallingSection(() => {
 *   for (const packet of device.takeArrived()) owed.get(packet.id)?.signal();
 * });
 * ```
 */
export function signallingSection<T>(body: (() => T) & Synchronous<T>): T {
  enterSection(body);
  try {
    const value = body();
    if (isPromise(value)) {
      if (hooks.lockdep !== null) hooks.lockdep.answeredPromise("section");
      throw new SignalboxError("EINVAL", "A signalling section is synchronous: its body must not answer a promise");
    }
    return value;
  } finally {
    leaveSection();
  }
}
