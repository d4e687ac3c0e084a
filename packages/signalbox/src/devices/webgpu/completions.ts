/**
 * Asks the GPU when work is done: one request at a time, for everything that was run before it was made; or one for each job,
 * where a job that hangs is to be told from those before it.
 *
 * States: quiet (nothing asked) -> asked (`onSubmittedWorkDone` is pending; what runs meanwhile waits for the next one, or has one
 * of its own) -> asked again at once if something did run, else quiet.
 *
 * Invariants:
 * - Where no job has a timeout at most one request is pending, however many jobs there are: in a browser each costs a trip
 *   between processes.
 * - What is `cut` off settles without what comes after it, which may never settle.
 * - A request never covers a job that ran after it was made.
 * - That a request resolves says only that the work settled: it also resolves after a loss, and for a submit that was
 *   invalid. Errors come through the scopes, and a loss ends all jobs before the request resolves.
 */
import { deliver } from "../../fence/delivery.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Flight } from "./flight.ts";
import type { Outstanding } from "./outstanding.ts";

/** @internal */
export class Completions {
  readonly #queue: GPUQueue;
  readonly #platform: Platform;
  readonly #outstanding: Outstanding;
  /** How many requests are pending. */
  #asked = 0;
  #next: Flight[] = [];

  constructor(queue: GPUQueue, platform: Platform, outstanding: Outstanding) {
    this.#queue = queue;
    this.#platform = platform;
    this.#outstanding = outstanding;
  }

  /** The flight's work is on the GPU's queue: the next request covers it. */
  add(flight: Flight): void {
    flight.await();
    this.#next.push(flight);
  }

  /** After a batch of runs: asks, unless a request is pending. */
  flush(): void {
    if (this.#asked === 0) this.cut();
  }

  /** Asks for what was run so far, and for nothing that comes after. */
  cut(): void {
    if (this.#next.length > 0) this.#ask();
  }

  #ask(): void {
    const batch = this.#next;
    this.#next = [];
    this.#asked++;
    this.#outstanding.begin();
    this.#queue.onSubmittedWorkDone().then(
      () => {
        this.#answered(batch);
      },
      (error: unknown) => {
        // Only a lost device says no. Its `lost` may come just after, and tells more, so it goes first.
        this.#platform.macrotask(() => {
          for (const flight of batch) flight.threw(error);
          this.#answered(batch);
        });
      },
    );
  }

  // What ran meanwhile is asked for first: the GPU works on it while fences signal here.
  #answered(batch: readonly Flight[]): void {
    this.#asked--;
    this.flush();
    deliver(() => {
      for (const flight of batch) flight.settle();
    });
    this.#outstanding.end();
  }
}
