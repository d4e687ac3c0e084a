/**
 * The queues of a ring whose heads can start, least number first: a binary heap, so that a thousand queues cost no more
 * than a few comparisons a job.
 *
 * Invariants: a queue is in it at most once, at `_place`; -1 outside.
 */

/** What the heap sorts. */
export interface Ranked {
  /** @internal Its number under the ring's policy; lower goes first. */ _rank: number;
  /** @internal Where it is in the heap; -1 when it is not. */ _place: number;
}

export class ReadyHeap<T extends Ranked> {
  readonly #items: T[] = [];

  /** The one to go next, or undefined. */
  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    item._place = this.#items.length;
    this.#items.push(item);
    this.#up(item);
  }

  remove(item: T): void {
    const last = this.#items.pop()!;
    const place = item._place;
    item._place = -1;
    if (last === item) return;
    this.#put(last, place);
    this.#down(last);
    this.#up(last);
  }

  /** The rank of an item in the heap has changed. */
  moved(item: T): void {
    this.#down(item);
    this.#up(item);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item._place = place;
  }

  #up(item: T): void {
    while (item._place > 0) {
      const place = item._place;
      const parent = this.#items[(place - 1) >> 1]!;
      if (parent._rank <= item._rank) return;
      this.#put(parent, place);
      this.#put(item, (place - 1) >> 1);
    }
  }

  #down(item: T): void {
    for (;;) {
      const place = item._place;
      const left = this.#items[2 * place + 1];
      if (left === undefined) return;
      const right = this.#items[2 * place + 2];
      const least = right !== undefined && right._rank < left._rank ? right : left;
      if (item._rank <= least._rank) return;
      const target = least._place;
      this.#put(least, place);
      this.#put(item, target);
    }
  }
}
