/** The neighbours: a stream of small jobs on another lane, and at which rate they come to their end, over which stretches. */
import { submit } from "signalbox";
import type { JobQueue } from "signalbox";
import type { WorkerJob } from "signalbox/workers";

/** How many are on their way at once. */
const AT_ONCE = 16;

export class Neighbours {
  readonly #ends: number[] = [];
  #running = true;
  readonly #all: Promise<unknown>;

  /** Begins at once. */
  constructor(queue: JobQueue<WorkerJob>, module: URL) {
    const stream = async (): Promise<void> => {
      while (this.#running) {
        const [done] = submit(queue.job({ module, export: "work" }));
        await done.wait();
        this.#ends.push(performance.timeOrigin + performance.now());
      }
    };
    this.#all = Promise.all(Array.from({ length: AT_ONCE }, stream));
  }

  /** How many have come to their end in a stretch of time. */
  endedIn(from: number, to: number): number {
    return this.#ends.filter((time) => time >= from && time < to).length;
  }

  /** The longest time between two ends in a stretch of time, in ms. */
  longestGap(from: number, to: number): number {
    let last = from;
    let longest = 0;
    for (const time of [...this.#ends.filter((end) => end >= from && end < to), to]) {
      longest = Math.max(longest, time - last);
      last = time;
    }
    return longest;
  }

  /** Rejects if one of them failed. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#all;
  }
}
