/**
 * A limit on concurrency as one writes it by hand over promises: so many may pass, the others wait in order.
 */
const passed = Promise.resolve();

export class Gate {
  #free: number;
  readonly #waiting: (() => void)[];
  #first = 0;
  #last = 0;

  /** Lets `limit` pass at once; not more than `capacity` may be waiting. */
  constructor(limit: number, capacity: number) {
    this.#free = limit;
    this.#waiting = new Array<() => void>(capacity);
  }

  /** Resolves when one may pass. Always a promise: who came first passes first, even if a place was free for the second. */
  enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return passed;
    }
    return new Promise((resolve) => {
      this.#waiting[this.#last++ % this.#waiting.length] = resolve;
    });
  }

  /** Lets the next one pass. */
  leave(): void {
    if (this.#first === this.#last) this.#free++;
    else this.#waiting[this.#first++ % this.#waiting.length]!();
  }
}
