/**
 * How deep the core is in what it does: promise 6, no recursion, and promise 7, that sections balance.
 *
 * In the place of the validator, where that is not on: it hears of every stretch that is entered and left, and of nothing else.
 */
import type { ContextKind, LockdepHooks } from "../../../hooks.ts";
import type { Notes } from "./verdict.ts";

/** Deliveries nest where one interrupt signals in another's; more than this is recursion. */
const DEEPEST = 8;

function nothing(): void {
  // What the validator would want to know.
}

export class ContextDepth implements LockdepHooks {
  readonly #notes: Notes;
  readonly #open: ContextKind[] = [];
  readonly answeredPromise: () => void = nothing;
  readonly threw: () => void = nothing;
  readonly waits: () => void = nothing;
  readonly waitsFor: () => void = nothing;
  readonly blocks: () => void = nothing;
  readonly submits: () => void = nothing;
  readonly leftArmed: () => void = nothing;
  readonly made: () => void = nothing;
  readonly signalled: () => void = nothing;
  readonly signalledByHandle: () => void = nothing;
  readonly swept: () => void = nothing;
  readonly dependsOn: () => void = nothing;
  readonly registered: () => void = nothing;
  readonly unregistered: () => void = nothing;
  readonly opened: () => void = nothing;
  readonly closed: () => void = nothing;
  readonly ticketDrawn: () => void = nothing;
  readonly ticketLeft: () => void = nothing;
  readonly ticketOver: () => void = nothing;
  readonly transferred: () => void = nothing;
  readonly promised: () => void = nothing;
  readonly wrongProof: () => void = nothing;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  entered(kind: ContextKind): void {
    if (kind === "registration" && this.#open.includes("registration"))
      this.#notes.broken(6, "a registration acts inside another");
    this.#open.push(kind);
    if (this.#open.length > DEEPEST) this.#notes.broken(6, `${this.#open.join(" in ")}: this is recursion`);
  }

  left(kind: ContextKind): void {
    const last = this.#open.pop();
    if (last !== kind) this.#notes.broken(7, `a ${kind} is left inside a ${last ?? "nothing"}`);
  }

  /** After each step: nothing is open. */
  check(): void {
    if (this.#open.length > 0) this.#notes.broken(7, `left open: ${this.#open.splice(0).join(", ")}`);
  }
}
