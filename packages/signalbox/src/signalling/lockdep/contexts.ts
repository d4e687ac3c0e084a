/**
 * Contexts: which kinds of synchronous code the running code is inside of, innermost last.
 *
 * Invariants: promise 7: whoever enters leaves, in the opposite order and in the same turn. What is found open in a later turn was left
 * open, since all of these are synchronous.
 */
import { realPlatform } from "../../platform/real.ts";
import type { ContextKind } from "../../hooks.ts";
import { last, lastIndex } from "./last.ts";

/** One context that the running code is in. */
export interface Frame {
  readonly kind: ContextKind;
  readonly subject: object | null;
  /** When it was entered, in ms; null where nobody asks. */
  readonly since: number | null;
}

/** What kinds are called in messages. */
export const contextNames: Readonly<Record<ContextKind, string>> = {
  section: "a signalling section",
  delivery: "a delivery",
  registration: "a registration",
  submission: "a submission",
  work: "a work item",
};

export class Contexts {
  readonly #frames: Frame[] = [];
  readonly #unbalanced: (open: Frame) => void;
  #checking = false;

  /** `unbalanced` is told of a frame that was left open, or left by another's exit. */
  constructor(unbalanced: (open: Frame) => void) {
    this.#unbalanced = unbalanced;
  }

  enter(kind: ContextKind, subject: object | null, since: number | null): void {
    if (this.#frames.length === 0) this.#checkLater();
    this.#frames.push({ kind, subject, since });
  }

  /** Leaves the innermost of this kind; undefined if there is none. */
  leave(kind: ContextKind): Frame | undefined {
    const place = lastIndex(this.#frames, (frame) => frame.kind === kind);
    if (place < 0) return undefined;
    const [frame, ...open] = this.#frames.splice(place);
    for (const each of open) this.#unbalanced(each);
    return frame;
  }

  /** The innermost context in which a fence is owed; undefined outside all of them. */
  get owing(): Frame | undefined {
    return last(this.#frames, ({ kind }) => kind !== "work");
  }

  /** Whether a registration acts. */
  get registering(): boolean {
    return this.#frames.some(({ kind }) => kind === "registration");
  }

  #checkLater(): void {
    if (this.#checking) return;
    this.#checking = true;
    realPlatform.microtask(() => {
      this.#checking = false;
      for (const frame of this.#frames.splice(0)) this.#unbalanced(frame);
    });
  }
}
