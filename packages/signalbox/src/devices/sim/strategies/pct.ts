/**
 * Probabilistic concurrency testing: each lane has a random priority, the highest that can go on does, and at `depth - 1` random
 * steps the lane that would go on falls below all others.
 *
 * Finds a bug that needs `depth` orderings among k steps of n lanes with a chance of at least 1 in n * k^(depth - 1)
 * (Burckhardt, Kothari, Musuvathi, Nagarakatte), which a random walk doesn't promise.
 */
import type { Chooser, Lane, WayKind } from "../explore/lane.ts";
import { seededRandom } from "../../../platform/random.ts";
import { wayByChance } from "./random.ts";

export class Pct implements Chooser {
  readonly #random: () => number;
  readonly #changes = new Set<number>();
  readonly #priorities = new Map<Lane, number>();
  #steps = 0;
  #lowest = 0;

  constructor(seed: number, depth: number, length: number) {
    this.#random = seededRandom(seed);
    for (let change = 1; change < depth; change++) this.#changes.add(Math.floor(this.#random() * length));
  }

  step(enabled: readonly Lane[]): number {
    let place = this.#highest(enabled);
    if (this.#changes.has(this.#steps)) {
      this.#priorities.set(enabled[place]!, --this.#lowest);
      place = this.#highest(enabled);
    }
    this.#steps++;
    return place;
  }

  data(_what: string, count: number, kind: WayKind): number {
    return wayByChance(this.#random, count, kind);
  }

  #highest(enabled: readonly Lane[]): number {
    let highest = 0;
    for (let place = 1; place < enabled.length; place++)
      if (this.#priority(enabled[place]!) > this.#priority(enabled[highest]!)) highest = place;
    return highest;
  }

  // Above what has fallen.
  #priority(lane: Lane): number {
    let priority = this.#priorities.get(lane);
    if (priority === undefined) {
      priority = this.#random();
      this.#priorities.set(lane, priority);
    }
    return priority;
  }
}
