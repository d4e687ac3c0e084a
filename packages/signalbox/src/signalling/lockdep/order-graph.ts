/**
 * The graph of classes: an edge from what was held to what was wanted meanwhile.
 *
 * Invariants: no ring in it, ever: the edge that would close one is told of, and left out, so that it is told once per pair. An edge
 * is kept for as long as its classes are (those of queues are as long as the queues), with where it was seen first: the two halves of a deadlock need not happen in one run.
 */
import { fences, reservations } from "./order-class.ts";
import type { Held, OrderClass } from "./order-class.ts";
import type { Site } from "./site.ts";

/** Something held, and what was wanted meanwhile. */
export interface Edge {
  readonly from: OrderClass;
  readonly to: OrderClass;
  /** The first time that it was seen; null for what was known before. */
  readonly seen: { readonly held: Held; readonly wanted: string; readonly site: Site } | null;
}

/** What an order that was never seen would close. */
export interface Ring {
  /** What is held now. */
  readonly held: Held;
  /** How what is wanted now leads to what is held; empty where they are one class. */
  readonly back: readonly Edge[];
}

export class OrderGraph {
  readonly #edges = new Map<OrderClass, Map<OrderClass, Edge>>();
  /** The pools that were seen: what a holder of reservations may take from. */
  readonly #pools = new Set<OrderClass>();
  readonly #told = new Map<OrderClass, Set<OrderClass>>();

  /**
   * Something of a class is wanted while these are held, newest last. Answers the rings that this closes, of pairs that were
   * not told of before.
   */
  want(held: readonly Held[], to: OrderClass, wanted: string, site: Site): readonly Ring[] {
    this.see(to);
    const rings: Ring[] = [];
    for (let index = held.length - 1; index >= 0; index--) {
      const holding = held[index]!;
      const from = holding.of;
      if (this.#edges.get(from)?.has(to) === true) continue;
      const back = from === to ? [] : this.#path(to, from);
      if (back === null) this.#add({ from, to, seen: seenOf(holding, wanted, site) });
      else if (this.#tell(from, to)) rings.push({ held: holding, back });
    }
    return rings;
  }

  /** Nothing of this class will be held or wanted any more: what it was in the middle of is no ring that could ever close. */
  forget(one: OrderClass): void {
    this.#edges.delete(one);
    this.#told.delete(one);
    for (const edges of this.#edges.values()) edges.delete(one);
    for (const told of this.#told.values()) told.delete(one);
  }

  /** How many edges there are. */
  get size(): number {
    let size = 0;
    for (const edges of this.#edges.values()) size += edges.size;
    return size;
  }

  /** A class takes part from now on. */
  see(one: OrderClass): void {
    if (one.kind === "pool" && one.signals) this.#pools.add(one);
  }

  #add(edge: Edge): void {
    const edges = this.#edges.get(edge.from);
    if (edges === undefined) this.#edges.set(edge.from, new Map([[edge.to, edge]]));
    else edges.set(edge.to, edge);
  }

  #tell(from: OrderClass, to: OrderClass): boolean {
    const told = this.#told.get(from);
    if (told?.has(to) === true) return false;
    if (told === undefined) this.#told.set(from, new Set([to]));
    else told.add(to);
    return true;
  }

  // The shortest; null if there is none.
  #path(from: OrderClass, to: OrderClass): readonly Edge[] | null {
    const arrivals = new Map<OrderClass, Edge | null>([[from, null]]);
    for (const present of arrivals.keys()) {
      if (present === to) return walk(arrivals, to);
      for (const edge of this.#from(present)) if (!arrivals.has(edge.to)) arrivals.set(edge.to, edge);
    }
    return null;
  }

  *#from(present: OrderClass): Iterable<Edge> {
    yield* this.#edges.get(present)?.values() ?? [];
    for (const to of present.before) yield { from: present, to, seen: null };
    if (present === reservations) for (const to of this.#pools) yield { from: present, to, seen: null };
    if (present.kind === "pool" && present.signals) yield { from: present, to: fences, seen: null };
  }
}

// For good: nothing of what was at work then is kept with it.
function seenOf({ of, name, site: taken }: Held, wanted: string, site: Site): Edge["seen"] {
  return { held: { of, name, site: taken?.kept() ?? null }, wanted, site: site.kept() };
}

function walk(arrivals: ReadonlyMap<OrderClass, Edge | null>, end: OrderClass): readonly Edge[] {
  const path: Edge[] = [];
  for (let edge = arrivals.get(end); edge !== undefined && edge !== null; edge = arrivals.get(edge.from))
    path.unshift(edge);
  return path;
}
