/**
 * Completions: something to wait for that is not a promise to signal.
 *
 * As the kernel's: a counter that `complete()` raises and each wait takes one from; `completeAll()` lets everybody through
 * from then on. Use a fence where others depend on the outcome, a completion where one's own code waits for one's own.
 *
 * Invariants: waits end in the order in which they began; each takes exactly one `complete()`.
 */
import type { Completable } from "../fence/registration.ts";
import { hooks } from "../hooks.ts";

/**
 * A counter of things that are done, and waits for them.
 *
 * @example
 * ```ts
 * const idle = new Completion();
 * fence.register(Registration.complete(idle));
 * await idle.wait();
 * ```
 */
export class Completion implements Completable {
  #done = 0;
  readonly #waiters: (() => void)[] = [];

  /** Whether a wait that began now would end at once. */
  get done(): boolean {
    return this.#done > 0;
  }

  /** Lets one wait through: the oldest, or the next to come. */
  complete(): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#done++;
    else waiter();
  }

  /** Lets every wait through, those to come included, until `reset()`. */
  completeAll(): void {
    this.#done = Infinity;
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  /** Makes the next wait wait again. */
  reset(): void {
    this.#done = 0;
  }

  /** Resolves when a `complete()` has been counted for this wait. */
  wait(): Promise<void> {
    if (hooks.lockdep !== null) hooks.lockdep.waitsFor("completion", this, "completion");
    return this._wait();
  }

  /** @internal The same for who has told the validator already what is waited for. */
  _wait(): Promise<void> {
    if (this.#done > 0) {
      this.#done--;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** @internal SIGNALLING: settling a promise only queues a microtask. */
  _complete(): void {
    this.complete();
  }
}
