/** A random walk: each lane that can go on is as likely as any other. */
import type { Chooser, Lane } from "../explore/lane.ts";
import { seededRandom } from "../../../platform/random.ts";

/** How seldom a fault is taken where one might be. */
export const FAULT_ODDS: number = 1 / 6;

export class RandomWalk implements Chooser {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  step(enabled: readonly Lane[]): number {
    for (;;) {
      const place = Math.floor(this.#random() * enabled.length);
      if (enabled[place]!.optional !== true || this.#random() < FAULT_ODDS) return place;
    }
  }

  data(_what: string, count: number, fault: boolean): number {
    if (fault && this.#random() >= FAULT_ODDS) return 0;
    return Math.floor(this.#random() * count);
  }
}
