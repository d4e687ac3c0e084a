/**
 * Chance from a seed: every decision of the load, so that a load can be had again.
 *
 * Each round and each step of one has a source of its own, mixed from the seed and its number: what one step draws, or doesn't because
 * of how things stood, changes nothing for the steps after it.
 */
import { seededRandom } from "signalbox/sim";

/** What is drawn from, with how often it is meant to come. */
export interface Weighted {
  readonly weight: number;
}

export class Chance {
  readonly #random: () => number;

  /** The source for this seed; numbers after it say which one of the many with the same seed. */
  constructor(seed: number, ...which: readonly number[]) {
    this.#random = seededRandom(which.reduce(mix, mix(0, seed)));
  }

  /** In [0, 1). */
  fraction(): number {
    return this.#random();
  }

  /** A whole number from 0, below this one. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in so many times, on the average. */
  onceIn(times: number): boolean {
    return this.#random() * times < 1;
  }

  one<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("There is nothing to choose from");
    return list[this.below(list.length)] as T;
  }

  /** One of these; nothing where there are none. */
  perhapsOne<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** One of these, by their weights. */
  byWeight<T extends Weighted>(list: readonly T[]): T {
    let left = this.#random() * list.reduce((sum, { weight }) => sum + weight, 0);
    for (const entry of list) {
      left -= entry.weight;
      if (left < 0) return entry;
    }
    return this.one(list);
  }
}

function mix(seed: number, value: number): number {
  let mixed = Math.imul(seed ^ value ^ (value >>> 15), 0x2c1b3c6d) + 0x297a2d39;
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
