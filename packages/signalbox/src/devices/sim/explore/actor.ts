/**
 * Actors: what a scenario's program does beside everything else, as generators.
 *
 * States: pausing (at a `yield`, whose words name what comes next) -> waiting (at an `until` whose condition doesn't hold) or
 * running (in its step) -> over.
 */
import type { Lane } from "./lane.ts";

/** What an actor yields: the words for what it does next, or {@link until} it may. */
export type Pause = string | Until;

/** The body of an actor. It begins with a `yield`: what stands before the first one is done when the scenario is built. */
export type ActorBody = () => Generator<Pause, void>;

/** A pause that lasts until a condition holds; made by {@link until}. */
export class Until {
  /** @internal */ readonly _what: string;
  /** @internal */ readonly _condition: () => boolean;

  /** @internal */
  constructor(what: string, condition: () => boolean) {
    this._what = what;
    this._condition = condition;
  }
}

/**
 * Pauses an actor until a condition holds, which must only look: at a fence's `state`, say.
 *
 * @example `yield until("sees that it is done", () => job.state === "signalled");`
 */
export function until(what: string, condition: () => boolean): Until {
  return new Until(what, condition);
}

/** An actor at work. */
export class Actor implements Lane {
  readonly name: string;
  readonly touches: number;
  readonly #steps: Generator<Pause, void>;
  #pause: Pause | undefined;

  constructor(name: string, body: ActorBody, touches: number) {
    this.name = name;
    this.touches = touches;
    this.#steps = body();
    this.#goOn();
  }

  /** What it waits for, if it isn't over. */
  get waitsFor(): string | undefined {
    return typeof this.#pause === "string" ? this.#pause : this.#pause?._what;
  }

  enabled(): boolean {
    return typeof this.#pause === "string" || this.#pause?._condition() === true;
  }

  describe(): string {
    return this.waitsFor ?? "is over";
  }

  take(): void {
    this.#goOn();
  }

  // One that throws is over: a generator that threw has no more steps.
  #goOn(): void {
    this.#pause = undefined;
    const { done, value } = this.#steps.next();
    if (done !== true) this.#pause = value;
  }
}
