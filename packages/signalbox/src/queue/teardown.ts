/**
 * The end of a queue, as values: what `destroy()` and `kill()` answer, and what that comes to (Q5).
 *
 * States: usable (`JobQueue`) -> destroyed (`DestroyedQueue`) -> inactive (`InactiveQueue`). Each step answers the next
 * value, which can't do what is over: neither takes a job, and neither can be destroyed once more.
 *
 * Invariants:
 * - Both are thin views of the one queue, made once and when they are asked for. What they show is the queue's own.
 * - No promise is made before somebody waits, and none of them rejects: whether jobs failed is for their fences to tell.
 * - The validator hears of a wait where it begins, in `idle()` or an `await`, and not of a `destroy()` in passing.
 * - A `JobQueue` itself must have no `then`: an async function that answers one would wait for its end.
 *
 * Made by the queue; programs hold them.
 */
import { hooks } from "../hooks.ts";
import type { JobQueue } from "./job-queue.ts";

/** What is left of a queue in here, whatever jobs it took. */
type EndingQueue = Pick<JobQueue, "name" | "state" | "stats" | "kill" | "_becomeIdle">;

/**
 * A queue that takes no more jobs, and whose pushed jobs come to their end. Got from `queue.destroy()` or `queue.kill()`.
 *
 * May be awaited, which comes to the {@link InactiveQueue}. Nothing is waited for before that.
 *
 * @example
 * ```ts
 * const ending = queue.destroy();
 * const timer = setTimeout(() => void ending.kill("took too long"), 5_000);
 * const { stats } = await ending;
 * clearTimeout(timer);
 * ```
 */
export class DestroyedQueue implements PromiseLike<InactiveQueue> {
  readonly #queue: EndingQueue;
  #inactive: InactiveQueue | undefined;

  /** @internal Use `queue.destroy()`. */
  constructor(queue: EndingQueue) {
    this.#queue = queue;
  }

  /** The queue's name. */
  get name(): string {
    return this.#queue.name;
  }

  /** Whether something that was pushed is left. */
  get state(): "destroyed" | "inactive" {
    return this.#queue.state === "inactive" ? "inactive" : "destroyed";
  }

  /** The queue's counts since it was opened. */
  get stats(): JobQueue["stats"] {
    return this.#queue.stats;
  }

  /**
   * Resolves when the queue is inactive: nothing that was pushed is left, every fence has signalled, every job is released.
   * Never rejects: whether jobs failed is for their fences to tell.
   */
  async idle(): Promise<InactiveQueue> {
    if (hooks.lockdep !== null) hooks.lockdep.waitsFor("end", this.#queue, this.name);
    await this.#queue._becomeIdle();
    return (this.#inactive ??= new InactiveQueue(this.#queue));
  }

  /** What `await` calls: waits as `idle()` does. */
  then<Value = InactiveQueue, Other = never>(
    onInactive?: ((queue: InactiveQueue) => Value | PromiseLike<Value>) | null,
    onFailed?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    return this.idle().then(onInactive, onFailed);
  }

  /** Starts nothing more either: what is queued is cancelled, as by `queue.kill()`. */
  kill(cause?: unknown): this {
    this.#queue.kill(cause);
    return this;
  }

  /** Waits as `idle()` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.idle();
  }
}

/**
 * A queue that has come to its end: nothing that was pushed is left, and nothing can be pushed. Got by awaiting a {@link DestroyedQueue}.
 *
 * @example
 * ```ts
 * const { stats } = await compute.destroy();
 * console.log(`${stats.failed} of ${stats.pushed} jobs failed`);
 * ```
 */
export class InactiveQueue {
  readonly #queue: EndingQueue;

  /** @internal Use `await queue.destroy()`. */
  constructor(queue: EndingQueue) {
    this.#queue = queue;
  }

  /** The queue's name. */
  get name(): string {
    return this.#queue.name;
  }

  /** Always this: nothing leaves it. */
  get state(): "inactive" {
    return "inactive";
  }

  /** The queue's counts, from its opening to its end. */
  get stats(): JobQueue["stats"] {
    return this.#queue.stats;
  }
}
