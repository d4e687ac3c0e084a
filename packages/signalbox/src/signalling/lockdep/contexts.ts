/**
 * Contexts: which kinds of synchronous code the running code is inside of, innermost last.
 *
 * Invariants: promise 7: whoever enters leaves, in the opposite order and in the same turn. What is found open in a later turn was left
 * open, since all of these are synchronous.
 *
 * How that can be broken from outside, where every way in has its way out: an obligation that is handed on ends the section of its
 * body, whatever was entered in that; and what is ended in the midst of it (a script by its time limit, a recursion where the stack
 * ends) may leave nothing.
 */
import type { Fence } from "../../fence/fence.ts";
import { realPlatform } from "../../platform/real.ts";
import type { ContextKind } from "../../hooks.ts";
import { last, lastIndex } from "./last.ts";
import { Site } from "./site.ts";

/** How deep their stacks go: hardly one is ever looked at. */
const DEPTH = 16;

/** One context that the running code is in. */
export interface Frame {
  readonly kind: ContextKind;
  readonly subject: object | null;
  /** When it was entered, in ms; null where nobody asks. */
  readonly since: number | null;
  /** Where it, or the innermost around it that runs a body of the program's, was entered; null outside all of those. */
  readonly site: Site | null;
  /** The fence that was handed on to it, if one was. */
  readonly owes: Fence | null;
}

/** Is told of a frame that was left open, and in the leaving of which one it was found, if in one. */
export type Unbalanced = (open: Frame, leaving: ContextKind | null) => void;

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
  readonly #unbalanced: Unbalanced;
  #checking = false;

  constructor(unbalanced: Unbalanced) {
    this.#unbalanced = unbalanced;
  }

  enter(kind: ContextKind, subject: object | null, since: number | null, owes: Fence | null): void {
    if (this.#frames.length === 0) this.#checkLater();
    // Those that run the core's own code only are many, and lie where the one around them does.
    const site = typeof subject === "function" ? Site.here(DEPTH) : (this.#frames.at(-1)?.site ?? null);
    this.#frames.push({ kind, subject, since, site, owes });
  }

  /** Leaves the innermost of this kind; undefined if there is none. */
  leave(kind: ContextKind): Frame | undefined {
    const place = lastIndex(this.#frames, (frame) => frame.kind === kind);
    if (place < 0) return undefined;
    const [frame, ...open] = this.#frames.splice(place);
    for (const each of open) this.#unbalanced(each, kind);
    return frame;
  }

  /** The innermost context in which a fence is owed; undefined outside all of them. */
  get owing(): Frame | undefined {
    return last(this.#frames, ({ kind }) => kind !== "work");
  }

  /** The fence that was handed on to the innermost context to which one was; undefined if none was. */
  get handedOn(): Fence | undefined {
    return last(this.#frames, ({ owes }) => owes !== null)?.owes ?? undefined;
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
      for (const frame of this.#frames.splice(0)) this.#unbalanced(frame, null);
    });
  }
}
