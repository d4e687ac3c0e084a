/**
 * Exhaustive exploration: every schedule within a bound on preemptions, depth first, each state once.
 *
 * A preemption takes the turn from a lane that could have gone on; changing lanes where the last one has nothing to do is free.
 *
 * The reduction: a state that was reached before, by the key of its footprints, with the same lane to go on and at least as many
 * preemptions left, is not gone into again. It is the caching of happens-before graphs (Musuvathi and Qadeer), sound with a bound
 * on preemptions as sleep sets are not: docs/decisions/016.
 *
 * States: between runs -> in the prefix (it does again what the last run did, with one choice changed) -> beyond it (first ways,
 * noting what else there is) -> between runs. Over when nothing is left to change.
 */
import { STOP } from "../explore/lane.ts";
import type { Chooser, Lane, StateKey } from "../explore/lane.ts";
import type { Choice } from "../explore/schedule.ts";

/** How it explores. */
export interface ExhaustiveOptions {
  /** How many preemptions a schedule may have; any number if left out. */
  readonly preemptions?: number;
  /** Whether states are gone into only once; true if left out. For tests of the reduction itself. */
  readonly reduce?: boolean;
}

interface Node {
  readonly kind: "step" | "way";
  /** The places to try, the present one first. */
  readonly ways: number[];
  readonly names: readonly string[];
  readonly count: number;
  /** The place of the lane that took the step before; -1 if it can't go on. */
  readonly last: number;
}

export class Exhaustive implements Chooser {
  readonly #preemptions: number;
  readonly #reduce: boolean;
  readonly #path: Node[] = [];
  /** The most preemptions that were left when a state was gone into, by its key. */
  readonly #seen = new Map<number, number>();
  #depth = 0;
  #used = 0;
  #begun = false;
  /** How many states were gone into; with a reduction, different ones. */
  states = 0;
  /** How many runs were given up, since their state was known. */
  pruned = 0;
  /** How many steps were not tried, since they would have been one preemption too many. */
  bounded = 0;

  constructor(options: ExhaustiveOptions = {}) {
    this.#preemptions = options.preemptions ?? Infinity;
    this.#reduce = options.reduce ?? true;
  }

  /** Prepares the next run; false when all are done. */
  next(): boolean {
    this.#depth = 0;
    this.#used = 0;
    if (!this.#begun) {
      this.#begun = true;
      return true;
    }
    for (;;) {
      const node = this.#path.at(-1);
      if (node === undefined) return false;
      node.ways.shift();
      if (node.ways.length > 0) return true;
      this.#path.pop();
    }
  }

  /** What the next run will do before it takes first ways: enough to do it again. */
  get prefix(): readonly Choice[] {
    return this.#path.map(({ kind, ways, names, count }) => {
      const place = ways[0]!;
      return { kind, place, count, name: names[kind === "step" ? place : 0]! };
    });
  }

  step(enabled: readonly Lane[], last: number, state: StateKey): number {
    let node = this.#path[this.#depth];
    if (node === undefined) {
      // In one state the same lanes are enabled, so its place among them tells which one may go on for free.
      if (this.#known(state.key(this.#preemptions === Infinity ? -1 : last))) return STOP;
      node = this.#newStep(enabled, last);
      this.#path.push(node);
    }
    this.#depth++;
    const place = node.ways[0]!;
    if (node.last >= 0 && place !== node.last) this.#used++;
    return place;
  }

  data(what: string, count: number): number {
    let node = this.#path[this.#depth];
    if (node === undefined) {
      node = { kind: "way", ways: Array.from({ length: count }, (_, way) => way), names: [what], count, last: -1 };
      this.#path.push(node);
    }
    this.#depth++;
    return node.ways[0]!;
  }

  #known(key: number): boolean {
    if (!this.#reduce) {
      this.states++;
      return false;
    }
    const left = this.#preemptions - this.#used;
    const before = this.#seen.get(key);
    if (before !== undefined && before >= left) {
      this.pruned++;
      return true;
    }
    if (before === undefined) this.states++;
    this.#seen.set(key, left);
    return false;
  }

  // Who took the step before goes on first: a run without preemptions is the plainest.
  #newStep(enabled: readonly Lane[], last: number): Node {
    const ways = last < 0 ? [] : [last];
    if (last < 0 || this.#used < this.#preemptions) {
      for (let place = 0; place < enabled.length; place++) if (place !== last) ways.push(place);
    } else {
      this.bounded += enabled.length - 1;
    }
    return { kind: "step", ways, names: enabled.map(({ name }) => name), count: enabled.length, last };
  }
}
