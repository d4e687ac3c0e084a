/** A random walk: each lane that can go on is as likely as any other. */
import type { Chooser, Lane, WayKind } from "../explore/lane.ts";
import { seededRandom } from "../../../platform/random.ts";

/** How seldom a fault is taken where one might be. */
const FAULT_ODDS = 1 / 6;

/** How often a site of the core strikes that the run has switched on. */
const SITE_ODDS = 1 / 4;

/** A way, with these odds. */
export function wayByChance(random: () => number, count: number, kind: WayKind): number {
  if (kind === "site") return random() < SITE_ODDS ? 1 : 0;
  if (kind === "fault" && random() >= FAULT_ODDS) return 0;
  return Math.floor(random() * count);
}

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

  data(_what: string, count: number, kind: WayKind): number {
    return wayByChance(this.#random, count, kind);
  }
}
