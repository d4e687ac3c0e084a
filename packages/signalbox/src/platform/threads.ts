/**
 * Threads: the seam to what Node calls `worker_threads` and browsers call `Worker`.
 *
 * States of a thread: running -> ended; it is running from `spawn` on, whether its program has begun or not. In between, where
 * that can be told: terminated and stopped (nothing of its program runs any more, but what it held is not freed yet).
 *
 * Invariants:
 * - `stopped` is called at most once, only after `terminate`, before `exited`, and only when the thread's program can touch
 *   nothing any more: not even shared memory. Messages that the thread had posted may come after it.
 * - `exited` is called exactly once, last, and only when the thread can touch nothing any more: not even shared memory.
 * - Messages that the thread posted before it ended come before `exited`.
 * - A thread that is not held doesn't keep the process alive (browsers have no such thing, and ignore it).
 */

/** Who hears of a thread, on the side that spawned it. */
export interface ThreadListener {
  /** The thread posted this. */
  message(data: unknown): void;
  /** The thread posted something that can't be read here. */
  messageError(error: unknown): void;
  /** It was terminated, and runs nothing of its program any more. Not told everywhere. */
  stopped(): void;
  /** It is gone. `error` is the uncaught error that ended it, if one did; `code` is its exit code, 0 if it ended by itself. */
  exited(code: number, error: unknown): void;
}

/** A thread, on the side that spawned it. */
export interface Thread {
  /** Posts a message. Throws DataCloneError, and then has posted and transferred nothing. Ignored when the thread is gone. */
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** Keeps the process alive while the thread runs: so it is when spawned. */
  hold(): void;
  /** Lets the process end although the thread runs. */
  letGo(): void;
  /** Ends the thread wherever it is; `exited` follows. */
  terminate(): void;
}

/** Where threads come from: each runs the program that the maker of this object chose. */
export interface Threads {
  /** How many threads the machine runs at once. */
  parallelism(): number;
  /** Whether memory can be shared with threads; in browsers only where the page is isolated. */
  canShareMemory(): boolean;
  /** Starts a thread. What goes wrong later goes to `exited`. */
  spawn(name: string, listener: ThreadListener): Thread;
}

/** The one that spawned this thread, as the thread sees it. */
export interface ParentThread {
  /** Posts a message. Throws DataCloneError, and then has posted and transferred nothing. */
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** Listens from now on, once; what came before is not lost. */
  listen(message: (data: unknown) => void, messageError: (error: unknown) => void): void;
  /** Ends this thread, with code 0, when what it printed is on its way (which `terminate` doesn't wait for). */
  end(): void;
}

/**
 * When this agent's clock read 0, in ms on a clock that all agents share: the difference of two agents' origins is the
 * difference of their clocks.
 */
export function timeOrigin(): number {
  return performance.timeOrigin;
}
