/**
 * The end of a queue, as values: what `destroy()` and `kill()` answer, and what that comes to (Q5).
 *
 * States: usable (`JobQueue`) -> destroyed (`DestroyedQueue`) -> inactive (`InactiveQueue`) -> released. Each step answers the
 * next value, which can't do what is over: neither takes a job, neither can be destroyed once more, and only the last can be
 * released. The machine behind it is queue-end.ts.
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
import type { QueueState } from "./queue-end.ts";

/** What is left of a queue in here, whatever jobs it took. */
interface EndingQueue extends Pick<JobQueue, "name" | "state" | "stats" | "kill"> {
  /** @internal */ readonly _teardown: { whenInactive(): Promise<void>; release(): void };
}

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

  /** Whether something that was pushed is left, or its device has not let go yet. */
  get state(): Exclude<QueueState, "usable"> {
    return this.#queue.state as Exclude<QueueState, "usable">;
  }

  /** The queue's counts since it was opened. */
  get stats(): JobQueue["stats"] {
    return this.#queue.stats;
  }

  /**
   * Resolves when the queue is inactive: nothing that was pushed is left, every fence has signalled, every job is released, and
   * its device has let go of it (`driver.closeQueue`). Never rejects: whether jobs failed is for their fences to tell.
   */
  async idle(): Promise<InactiveQueue> {
    if (hooks.lockdep !== null) hooks.lockdep.waitsFor("end", this.#queue, this.name);
    await this.#queue._teardown.whenInactive();
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

  /** Waits as `idle()` does, and releases the queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    (await this.idle()).release();
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

  /** Whether it was released. */
  get state(): "inactive" | "released" {
    return this.#queue.state === "released" ? "released" : "inactive";
  }

  /**
   * Has the driver let go of what it kept for the queue (`driver.releaseQueue`): in the ring's next batch of releases, outside every
   * section. Only the first call does anything.
   */
  release(): void {
    this.#queue._teardown.release();
  }

  /** The queue's counts, from its opening to its end. */
  get stats(): JobQueue["stats"] {
    return this.#queue.stats;
  }
}
