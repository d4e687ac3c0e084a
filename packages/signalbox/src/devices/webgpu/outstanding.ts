/**
 * Counts what the GPU still holds: requests for completion, mappings. The device may be destroyed when nothing is left.
 *
 * Invariant: each `begin()` has one `end()`, whether the promise behind it resolved or was rejected.
 */
import { Completion } from "../../work/completion.ts";

/** @internal */
export class Outstanding {
  #count = 0;
  #idle: Completion | undefined;

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    if (this.#count > 0) return;
    this.#idle?.completeAll();
    this.#idle = undefined;
  }

  /** Resolves when nothing is outstanding. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    this.#idle ??= new Completion();
    return this.#idle.wait();
  }
}
