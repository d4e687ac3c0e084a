/**
 * Processes: the seam to child processes that one talks to by messages. Node only.
 *
 * States of a process: running -> ended; it is running from `spawn` on, whether its program has begun or not.
 *
 * Invariants:
 * - `exited` is called exactly once, last. Messages that the process posted before it ended come before it.
 * - After `kill()` nothing is heard of it but `exited`.
 * - A process that is not held doesn't keep this one alive.
 * - It ends when this one ends, however that ended, and whatever the child is doing then.
 */

/** Who hears of a process, on the side that spawned it. */
export interface ProcessListener {
  /** The process posted this. */
  message(data: unknown): void;
  /** It is gone. `how` says how, in words: "exited with code 1", "was ended by SIGKILL". */
  exited(how: string): void;
}

/** A child process, on the side that spawned it. */
export interface ChildProcess {
  /** Its number; undefined if it could not be started. */
  readonly pid: number | undefined;
  /** Posts a message: cloned. Throws what can't be cloned, and then has posted nothing. Ignored when the process is gone. */
  post(message: unknown): void;
  /** Keeps this process alive while the child runs: so it is when spawned. */
  hold(): void;
  /** Lets this process end although the child runs; the child ends then, too. */
  letGo(): void;
  /** Ends it at once, wherever it is; `exited` follows. */
  kill(): void;
}

/** Where processes come from: each runs the program that the maker of this object chose. */
export interface Processes {
  /** Starts a process. `name` is for people who look at lists of processes. What goes wrong goes to `exited`. */
  spawn(name: string, listener: ProcessListener): ChildProcess;
}

/** The one that spawned this process, as the process sees it. */
export interface ParentProcess {
  /** Posts a message: cloned. Throws what can't be cloned, and then has posted nothing. */
  post(message: unknown): void;
  /** Listens from now on, once. */
  listen(message: (data: unknown) => void): void;
  /** From here on this process ends with its parent even if its own main thread is blocked. Costs a thread: call it when there is time. */
  watch(): void;
  /** Ends this process, with code 0. */
  end(): void;
}
