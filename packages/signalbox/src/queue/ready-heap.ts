/**
 * The queues of a ring whose heads can start, least number first: a binary heap, so that a thousand queues cost no more
 * than a few comparisons a job.
 *
 * Invariants: a queue is in it at most once, at `_place`; -1 outside.
 */

import { strikes } from "../faults.ts";

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
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  remove(item: T): void {
    const last = this.#items.pop()!;
    const place = item._place;
    item._place = -1;
    if (last !== item) this.#settle(last, place);
  }

  /** The rank of an item in the heap has changed. */
  moved(item: T): void {
    if (this.#items.length > 1) this.#settle(item, item._place);
  }

  /** The first leaves and enters anew, if the site "re-entry" strikes: of equal ranks another goes first then. */
  maybeReenter(): void {
    const { first } = this;
    if (first === undefined || this.#items.length < 2 || !strikes("re-entry")) return;
    this.remove(first);
    this.add(first);
  }

  #settle(item: T, place: number): void {
    this.#up(item, this.#down(item, place));
  }

  // Both move the gap at `place`, not the item, until they have found where it belongs. The upper of the two puts it there.
  #up(item: T, place: number): void {
    const items = this.#items;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above]!;
      if (parent._rank <= item._rank) break;
      items[place] = parent;
      parent._place = place;
      place = above;
    }
    items[place] = item;
    item._place = place;
  }

  #down(item: T, place: number): number {
    const items = this.#items;
    const count = items.length;
    for (let below = 2 * place + 1; below < count; below = 2 * place + 1) {
      if (below + 1 < count && items[below + 1]!._rank < items[below]!._rank) below++;
      const least = items[below]!;
      if (item._rank <= least._rank) break;
      items[place] = least;
      least._place = place;
      place = below;
    }
    return place;
  }
}
