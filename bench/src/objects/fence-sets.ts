/**
 * What may keep a job's dependencies: a set of fences, at most one per timeline, the latest. Filled once, walked once, and
 * thrown away.
 *
 * Four of them (decision Q1): a linked list, an array, a Map by timeline, and the hybrid, which is an array up to
 * {@link MAP_ABOVE} and looks larger sets up in a Map. Jobs scan as the hybrid does, and clear larger sets of doubles when
 * they are submitted (docs/decisions/012).
 */
import { isLater } from "signalbox";
import type { Fence } from "signalbox";

/** Where the hybrid begins to use a Map. */
export const MAP_ABOVE = 16;

export interface FenceSet {
  /** Adds a fence, unless one of its timeline is there that is as late. */
  add(fence: Fence): void;
  /** Adds the seqnos of all of them up: a walk that can't be left out. */
  sum(): number;
}

interface Link {
  fence: Fence;
  readonly next: Link | null;
}

/** One node for each fence, the last one first. */
export class ListSet implements FenceSet {
  #first: Link | null = null;

  add(fence: Fence): void {
    const { context } = fence;
    for (let link = this.#first; link !== null; link = link.next) {
      if (link.fence.context !== context) continue;
      if (isLater(fence, link.fence)) link.fence = fence;
      return;
    }
    this.#first = { fence, next: this.#first };
  }

  sum(): number {
    let sum = 0;
    for (let link = this.#first; link !== null; link = link.next) sum += link.fence.seqno;
    return sum;
  }
}

/** A plain array, looked through each time. */
export class ArraySet implements FenceSet {
  readonly #fences: Fence[] = [];

  add(fence: Fence): void {
    const { context } = fence;
    const fences = this.#fences;
    for (let k = 0; k < fences.length; k++) {
      if (fences[k]!.context !== context) continue;
      if (isLater(fence, fences[k]!)) fences[k] = fence;
      return;
    }
    fences.push(fence);
  }

  sum(): number {
    let sum = 0;
    for (const fence of this.#fences) sum += fence.seqno;
    return sum;
  }
}

/** A Map from the timeline's id. */
export class MapSet implements FenceSet {
  readonly #fences = new Map<number, Fence>();

  add(fence: Fence): void {
    const { context } = fence;
    const present = this.#fences.get(context);
    if (present === undefined || isLater(fence, present)) this.#fences.set(context, fence);
  }

  sum(): number {
    let sum = 0;
    for (const fence of this.#fences.values()) sum += fence.seqno;
    return sum;
  }
}

/** An array, and above 16 a Map that says where in it each timeline is. */
export class HybridSet implements FenceSet {
  readonly #fences: Fence[] = [];
  #places: Map<number, number> | null = null;

  add(fence: Fence): void {
    const { context } = fence;
    const fences = this.#fences;
    const place = this.#placeOf(context);
    if (place < 0) {
      this.#places?.set(context, fences.length);
      fences.push(fence);
    } else if (isLater(fence, fences[place]!)) fences[place] = fence;
  }

  sum(): number {
    let sum = 0;
    for (const fence of this.#fences) sum += fence.seqno;
    return sum;
  }

  #placeOf(context: number): number {
    const fences = this.#fences;
    if (fences.length < MAP_ABOVE) {
      for (let k = 0; k < fences.length; k++) if (fences[k]!.context === context) return k;
      return -1;
    }
    this.#places ??= new Map(fences.map((fence, k) => [fence.context, k]));
    return this.#places.get(context) ?? -1;
  }
}
