/** Threads by hand: one message there and one back for each job, and a promise that is kept by the message. */
import { Worker } from "node:worker_threads";
import type { Pool } from "./pools.ts";

/** So many threads, which have their jobs in turn. */
export function openByHand(threads: number): Pool {
  const workers = Array.from({ length: threads }, () => new HandThread());
  let turn = 0;
  return {
    name: "raw postMessage",
    call: (index) => workers[turn++ % threads]!.call(index),
    close: () => Promise.all(workers.map((worker) => worker.close())),
  };
}

class HandThread {
  readonly #worker = new Worker(new URL("./hand-thread.js", import.meta.url));
  /** Of the jobs that are on their way, oldest first; from `#answered` on. */
  readonly #waiting: ((answer: number) => void)[] = [];
  #answered = 0;

  constructor() {
    this.#worker.on("message", (answer: number) => {
      this.#waiting[this.#answered++]!(answer);
      if (this.#answered < this.#waiting.length) return;
      this.#waiting.length = this.#answered = 0;
    });
  }

  call(index: number): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(index);
    });
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }
}
