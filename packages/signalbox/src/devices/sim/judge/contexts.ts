/**
 * How deep the core is in what it does: promise 6, no recursion, and promise 7, that sections balance.
 *
 * Beside the validator, which knows that registrations don't nest, and sets no bound to the rest; and where it is off.
 */
import type { ContextKind } from "../../../hooks.ts";
import { PassingLockdep } from "./passing-lockdep.ts";
import type { Notes } from "./verdict.ts";

/** Deliveries nest where one interrupt signals in another's; more than this is recursion. */
const DEEPEST = 8;

export class ContextDepth extends PassingLockdep {
  readonly #notes: Notes;
  readonly #open: ContextKind[] = [];

  constructor(notes: Notes) {
    super();
    this.#notes = notes;
  }

  override entered(kind: ContextKind, subject: object | null): void {
    super.entered(kind, subject);
    if (kind === "registration" && this.#open.includes("registration"))
      this.#notes.broken(6, "a registration acts inside another");
    this.#open.push(kind);
    if (this.#open.length > DEEPEST) this.#notes.broken(6, `${this.#open.join(" in ")}: this is recursion`);
  }

  override left(kind: ContextKind): void {
    super.left(kind);
    const last = this.#open.pop();
    if (last !== kind) this.#notes.broken(7, `a ${kind} is left inside a ${last ?? "nothing"}`);
  }

  /** After each step: nothing is open. */
  check(): void {
    if (this.#open.length > 0) this.#notes.broken(7, `left open: ${this.#open.splice(0).join(", ")}`);
  }
}
