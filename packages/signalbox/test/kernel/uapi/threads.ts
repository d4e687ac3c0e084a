/**
 * Threads: operations that somebody else calls, and that may block while the sequence goes on.
 */
import type { Answer } from "../format.ts";
import { Failure } from "./errno.ts";

/** One operation in a thread of its own. */
export class Thread {
  readonly answer: Promise<Answer>;
  readonly #kill = new AbortController();
  #ended = false;

  constructor(run: (interrupted: AbortSignal) => Promise<Answer>) {
    this.answer = run(this.#kill.signal).finally(() => {
      this.#ended = true;
    });
  }

  /** Whether it has its answer. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Interrupts what it waits for. */
  kill(): void {
    this.#kill.abort(new Failure("EINTR"));
  }
}

/** The threads of a sequence, by name. */
export class Threads {
  readonly #threads = new Map<string, Thread>();

  /** Whether any has not been joined yet. */
  get any(): boolean {
    return this.#threads.size > 0;
  }

  add(name: string, thread: Thread): void {
    this.#threads.set(name, thread);
  }

  get(name: string): Thread {
    const thread = this.#threads.get(name);
    if (thread === undefined) throw new Error(`There is no thread ${name}`);
    return thread;
  }

  remove(name: string): void {
    this.#threads.delete(name);
  }
}
