/**
 * Lanes: as many tracks of one name as slices overlap.
 *
 * Slices on one track must nest, and jobs don't: so a slice goes on the first lane that is free when it begins. Viewers show the
 * lanes as one track. Slices come in the order of their beginnings.
 *
 * Invariant: on one lane no slice begins before the one before it ended. No more than `limit` lanes: what would need one
 * more is not placed, and counted.
 */
import { compareMoments } from "../paths.ts";
import type { Moment } from "../paths.ts";
import type { Scene, Track } from "./scene.ts";

interface Lane {
  readonly track: Track;
  busyUntil: Moment;
}

export class Lanes {
  /** Slices for which there was no lane. */
  missing = 0;
  readonly name: string;
  readonly #scene: Scene;
  readonly #parent: Track;
  readonly #rank: number;
  readonly #limit: number;
  readonly #lanes: Lane[] = [];

  constructor(scene: Scene, parent: Track, name: string, rank: number, limit: number) {
    this.name = name;
    this.#scene = scene;
    this.#parent = parent;
    this.#rank = rank;
    this.#limit = limit;
  }

  /** The lane for a slice; null if there is none. */
  place(begin: Moment, end: Moment): Track | null {
    let lane = this.#lanes.find(({ busyUntil }) => compareMoments(begin, busyUntil) >= 0);
    if (lane === undefined) {
      if (this.#lanes.length === this.#limit) {
        this.missing++;
        return null;
      }
      lane = { track: this.#scene.addTrack(this.#parent, this.name, "lane", this.#rank), busyUntil: begin };
      this.#lanes.push(lane);
    }
    lane.busyUntil = end;
    return lane.track;
  }
}
