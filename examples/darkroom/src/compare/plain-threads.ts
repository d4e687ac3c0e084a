/** The comparison's strips on raw worker threads: every strip posted at once, thread by thread in turn, a promise for each. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import type { Picture } from "../image/picture.ts";
import { cutRows } from "../image/slice.ts";
import { pixelCount } from "../image/strips.ts";
import type { Strip } from "../image/strips.ts";
import type { Answer, Question } from "./raw-thread.ts";
import type { PlainDeveloper } from "./plain-photos.ts";

interface Waiting {
  readonly resolve: (rows: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts threads, which `close` ends; resolves when each of them is ready for work. */
export async function openPlainThreads(count: number): Promise<PlainDeveloper> {
  const threads = Array.from({ length: count }, () => new Worker(new URL("./raw-thread.js", import.meta.url)));
  await Promise.all(threads.map((thread) => once(thread, "message"))); // the first one says that it has loaded
  return new PlainThreads(threads);
}

class PlainThreads implements PlainDeveloper {
  readonly #threads: readonly Worker[];
  readonly #waiting = new Map<number, Waiting>();
  #sent = 0;

  constructor(threads: readonly Worker[]) {
    this.#threads = threads;
    for (const thread of threads) {
      thread.on("message", ({ id, rows }: Answer) => this.#take(id)?.resolve(rows));
      thread.on("error", (error) => {
        for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error);
      });
    }
  }

  bytesFor(strip: Strip): number {
    return pixelCount(strip, strip.source) * BYTES_PER_PIXEL;
  }

  develop(strip: Strip, picture: Picture): Promise<Uint8Array> {
    const id = this.#sent++;
    const thread = this.#threads[id % this.#threads.length];
    const source = cutRows(picture, strip.source);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const question: Question = { id, input: { strip, source } };
      thread?.postMessage(question, [source.buffer]);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
