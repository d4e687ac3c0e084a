/**
 * Footprints: what a step touched, and what a run has come to, told by that.
 *
 * Two steps that touch nothing in common commute: in either order they lead to the same state. Runs that differ only in the
 * order of such steps are one run, and the key of a run is the same for all of them: the sum of a hash for each step, made of its
 * lane, of the ways it chose, and of the hashes of the steps before it which touched what it touched.
 *
 * Resources are bits. Bit 0 is the core: its work queue, its lists of what is due and its clock are shared by everything that calls
 * into it, so any two steps that do are taken to depend on one another. The other bits are the memory of simulated rings.
 *
 * Invariant: a step's footprint has at least the resources that it read or wrote. Too many only cost time.
 */
import type { StateKey } from "./lane.ts";

/** The bit of the core, and of everything that isn't said to be apart from it. */
export const CORE = 1;

/** As many resources as there are bits to mark them with. */
const RESOURCES = 30;

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x21f0aaad);
  return mixed ^ (mixed >>> 13);
}

/** The footprints of one run, step by step. */
export class Footprints implements StateKey {
  /** Of the lane's last step, and of the last step that touched a resource: two hashes each, so that together they are 53 bits. */
  readonly #lanes: number[] = [];
  readonly #resources: number[] = new Array<number>(2 * RESOURCES).fill(0);
  #high = 0;
  #low = 0;
  #lane = 0;
  /** What was chosen since the last step ended: in the present one, or between them, which native promises do. */
  #ways = 0;
  /** How many faults it might have had. */
  #asked = 0;
  #touched = 0;

  begin(lane: number, touches: number): void {
    this.#lane = lane;
    this.#touched = touches;
  }

  /** The present step touches these, too. */
  touch(resources: number): void {
    this.#touched |= resources;
  }

  /** The present step went this way. */
  chose(way: number): void {
    this.#ways = mix(this.#ways, way + 1);
  }

  /** The present step might have had a fault. One that wasn't is as if nobody had asked; of one that was it counts which it is. */
  mightHave(way: number): void {
    this.#asked++;
    if (way > 0) this.#ways = mix(mix(this.#ways, -this.#asked), way + 1);
  }

  end(): void {
    const lane = 2 * this.#lane;
    let high = mix(mix(this.#lanes[lane] ?? 0x51ed27, this.#lane), this.#ways);
    let low = mix(mix(this.#lanes[lane + 1] ?? 0x2c9277, this.#lane), this.#ways);
    for (let bit = 0; bit < RESOURCES; bit++) {
      if ((this.#touched & (1 << bit)) === 0) continue;
      high = mix(mix(high, bit + 1), this.#resources[2 * bit]!);
      low = mix(mix(low, bit + 1), this.#resources[2 * bit + 1]!);
    }
    for (let bit = 0; bit < RESOURCES; bit++) {
      if ((this.#touched & (1 << bit)) === 0) continue;
      this.#resources[2 * bit] = high;
      this.#resources[2 * bit + 1] = low;
    }
    this.#lanes[lane] = high;
    this.#lanes[lane + 1] = low;
    this.#ways = 0;
    this.#asked = 0;
    this.#high = (this.#high + high) | 0;
    this.#low = (this.#low + low) | 0;
  }

  key(lane: number): number {
    const high = mix(mix(this.#high, this.#ways), lane + 2);
    return (high & 0x1f_ffff) * 0x1_0000_0000 + (mix(mix(this.#low, this.#ways), lane + 2) >>> 0);
  }
}

/** The bit of the `index`th resource beside the core. Throws RangeError when there are too many to tell apart. */
export function resourceBit(index: number): number {
  if (index + 1 >= RESOURCES) throw new RangeError(`A scenario has at most ${RESOURCES - 1} rings (got ${index + 1})`);
  return 1 << (index + 1);
}
