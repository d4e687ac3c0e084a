/**
 * The graph of fences: which fence can't signal before which other, kept per pair of timelines.
 *
 * A timeline signals in order, so a fence of it is a level on a line: waiting for level 7 is waiting for all up to 7, and
 * whoever is at level 7 or above waits for what level 7 waits for. Of all the edges between two lines only those are kept that
 * say something new: stairs, on which both levels rise. Stairs whose waiter has signalled go, so that a pair has one edge
 * most of the time. (One edge per pair, and no more, would be wrong: of 5 -> 3 and 6 -> 7 neither implies the other, and
 * one that implies both is true of neither.)
 *
 * Who signals before what it waits for (its device is lost) takes its edge along. What that edge implied of later waiters is kept beneath
 * it until then, the furthest level of each waiter, up to a bound, and comes into its place.
 *
 * What may be taken back (a registration) is an edge of its own, beside the stairs: it stands for no other, and goes alone.
 *
 * Invariants: promise 11: no ring in it; an edge that would close one is refused, with the way back. Nothing in it keeps a line alive but
 * lines that wait for it.
 */

/** A fence, as its place. */
export interface Point<Line> {
  readonly line: Line;
  readonly level: number;
}

/** One edge, and what its maker wants to remember of it. */
export interface FenceEdge<Line, Why> {
  readonly waiter: Point<Line>;
  readonly on: Point<Line>;
  readonly why: Why;
}

/** An edge of the stairs, with those that it implies: of later waiters, one of each. */
interface Stair<Line, Why> extends FenceEdge<Line, Why> {
  under: FenceEdge<Line, Why>[] | null;
}

/** How many edges are kept beneath one. */
const MOST_UNDER = 64;

interface Node<Line, Why> {
  signalled: number;
  /** The highest level that anybody was ever made to wait for. Who waits from birth is above it, and closes no ring. */
  awaited: number;
  /** By the line waited for: both levels rise. */
  readonly out: Map<Line, Stair<Line, Why>[]>;
  /** Those that may be taken back; null if there never was one. */
  loose: FenceEdge<Line, Why>[] | null;
}

/** What a line waits for by its nature, whatever anybody adds; it must not grow. */
export type Implied<Line, Why> = (line: Line) => readonly FenceEdge<Line, Why>[];

export class FenceGraph<Line extends object, Why> {
  readonly #nodes = new WeakMap<Line, Node<Line, Why>>();
  readonly #implied: Implied<Line, Why>;
  readonly #dropped: (why: Why) => void;
  /** By what takes it back. */
  readonly #ties = new WeakMap<object, FenceEdge<Line, Why>>();
  #size = 0;

  /** `dropped` is told of what was remembered of an edge that is no more, or that there was no need to keep. */
  constructor(implied: Implied<Line, Why> = () => [], dropped: (why: Why) => void = () => {}) {
    this.#implied = implied;
    this.#dropped = dropped;
  }

  /** How many edges there are. Those of lines that were collected meanwhile are counted still. */
  get size(): number {
    return this.#size;
  }

  /**
   * From now on, `waiter` can't signal before `on` has. Null: so it is. Otherwise nothing was added: the answer is how `on`
   * waits for `waiter` already, an edge after the other; none if they are on one line. With a `tie`, it is so until that is
   * taken back, or added again.
   */
  add(waiter: Point<Line>, on: Point<Line>, why: Why, tie?: object): readonly FenceEdge<Line, Why>[] | null {
    if (tie !== undefined) this.takeBack(tie);
    const target = this.#node(on.line);
    const { signalled } = this.#node(waiter.line);
    const sameLine = waiter.line === on.line;
    if (on.level <= target.signalled || waiter.level <= signalled || (sameLine && on.level < waiter.level)) {
      this.#dropped(why);
      return null;
    }
    if (sameLine) return [];
    const { awaited, out } = this.#node(waiter.line);
    const back = waiter.level > awaited ? null : this.#path(on, waiter);
    if (back !== null) return back;
    this.#raise(on);
    const edge = { waiter, on, why };
    if (tie === undefined) this.#insert(out, edge);
    else this.#tie(edge, tie);
    return null;
  }

  /** What was added with this tie is so no longer; nothing if nothing was. */
  takeBack(tie: object): void {
    const edge = this.#ties.get(tie);
    if (edge === undefined) return;
    this.#ties.delete(tie);
    const { loose } = this.#node(edge.waiter.line);
    const place = loose?.indexOf(edge) ?? -1;
    if (place < 0) return;
    loose?.splice(place, 1);
    this.#drop([edge]);
  }

  /** Everything up to this point has signalled. */
  signalled({ line, level }: Point<Line>): void {
    const node = this.#nodes.get(line);
    if (node === undefined || level <= node.signalled) return;
    node.signalled = level;
    for (const [other, stairs] of [...node.out]) {
      const first = stairs.findIndex(({ waiter }) => waiter.level > level);
      if (first < 0) node.out.delete(other);
      this.#leave(node.out, first < 0 ? stairs : stairs.splice(0, first), level);
    }
    if (node.loose === null) return;
    this.#drop(node.loose.filter(({ waiter }) => waiter.level <= level));
    node.loose = node.loose.filter(({ waiter }) => waiter.level > level);
  }

  /** How many edges there are between two lines. */
  edges(from: Line, to: Line): number {
    const node = this.#nodes.get(from);
    const loose = node?.loose?.filter(({ on }) => on.line === to) ?? [];
    return (node?.out.get(to)?.length ?? 0) + loose.length;
  }

  #node(line: Line): Node<Line, Why> {
    let node = this.#nodes.get(line);
    if (node === undefined) {
      node = { signalled: 0, awaited: 0, out: new Map(), loose: null };
      this.#nodes.set(line, node);
    }
    return node;
  }

  // Who waits for a container waits for its members.
  #raise(on: Point<Line>): void {
    const todo = [on];
    for (let point = todo.pop(); point !== undefined; point = todo.pop()) {
      const node = this.#node(point.line);
      if (node.awaited >= point.level) continue;
      node.awaited = point.level;
      for (const edge of this.#implied(point.line)) todo.push(edge.on);
    }
  }

  #insert(out: Map<Line, Stair<Line, Why>[]>, edge: FenceEdge<Line, Why>): void {
    const stairs = out.get(edge.on.line);
    if (stairs === undefined) {
      out.set(edge.on.line, [{ ...edge, under: null }]);
      this.#size++;
      return;
    }
    // The last that is not above the new one.
    const below = lastUpTo(stairs, edge.waiter.level);
    if (below >= 0 && stairs[below]!.on.level >= edge.on.level) {
      this.#putUnder(stairs[below]!, edge);
      return;
    }
    const start = below >= 0 && stairs[below]!.waiter.level === edge.waiter.level ? below : below + 1;
    let end = start;
    while (end < stairs.length && stairs[end]!.on.level <= edge.on.level) end++;
    const stair: Stair<Line, Why> = { ...edge, under: null };
    this.#size++;
    for (const implied of stairs.splice(start, end - start, stair)) {
      this.#size -= 1 + (implied.under?.length ?? 0);
      for (const each of [implied, ...(implied.under ?? [])]) this.#putUnder(stair, each);
    }
  }

  #putUnder(stair: Stair<Line, Why>, edge: FenceEdge<Line, Why>): void {
    // It would leave together with the stair.
    if (edge.waiter.level <= stair.waiter.level) {
      this.#dropped(edge.why);
      return;
    }
    stair.under ??= [];
    // Two of one waiter leave together.
    const same = stair.under.findIndex(({ waiter }) => waiter.level === edge.waiter.level);
    const less = same < 0 ? undefined : stair.under[same]!;
    if (less !== undefined && less.on.level < edge.on.level) {
      stair.under[same] = edge;
      this.#dropped(less.why);
    } else if (less !== undefined || stair.under.length === MOST_UNDER) {
      this.#dropped(edge.why);
    } else {
      stair.under.push(edge);
      this.#size++;
    }
  }

  // The waiters of these stairs have signalled, up to this level: what they implied of later ones stands for itself now.
  #leave(out: Map<Line, Stair<Line, Why>[]>, stairs: readonly Stair<Line, Why>[], level: number): void {
    const under = stairs.flatMap((stair) => stair.under ?? []);
    this.#drop(stairs);
    this.#size -= under.length;
    for (const edge of under) {
      const isPending = edge.waiter.level > level && edge.on.level > this.#node(edge.on.line).signalled;
      if (isPending) this.#insert(out, edge);
      else this.#dropped(edge.why);
    }
  }

  #drop(edges: readonly FenceEdge<Line, Why>[]): void {
    this.#size -= edges.length;
    for (const { why } of edges) this.#dropped(why);
  }

  #tie(edge: FenceEdge<Line, Why>, tie: object): void {
    const node = this.#node(edge.waiter.line);
    if (node.loose === null) node.loose = [edge];
    else node.loose.push(edge);
    this.#ties.set(tie, edge);
    this.#size++;
  }

  *#from({ line, level }: Point<Line>): Iterable<FenceEdge<Line, Why>> {
    yield* this.#implied(line);
    const node = this.#nodes.get(line);
    for (const stairs of node?.out.values() ?? []) {
      const edge = stairs[lastUpTo(stairs, level)];
      if (edge !== undefined) yield edge;
    }
    for (const edge of node?.loose ?? []) if (edge.waiter.level <= level) yield edge;
  }

  // Each line is gone through at the highest level at which it was reached.
  #path(from: Point<Line>, to: Point<Line>): readonly FenceEdge<Line, Why>[] | null {
    const reached = new Map<Line, { level: number; readonly by: FenceEdge<Line, Why> | null }>();
    reached.set(from.line, { level: from.level, by: null });
    const todo: Line[] = [from.line];
    for (let line = todo.pop(); line !== undefined; line = todo.pop()) {
      const { level } = reached.get(line)!;
      for (const edge of this.#from({ line, level })) {
        const next = edge.on.line;
        if (edge.on.level <= this.#node(next).signalled) continue;
        if (edge.on.level <= (reached.get(next)?.level ?? 0)) continue;
        reached.set(next, { level: edge.on.level, by: edge });
        if (next === to.line && edge.on.level >= to.level) return walk(reached, from.line, edge);
        todo.push(next);
      }
    }
    return null;
  }
}

// The index of the last stair whose waiter is at this level or below; -1 if there is none.
function lastUpTo<Line, Why>(stairs: readonly FenceEdge<Line, Why>[], level: number): number {
  let low = 0;
  let high = stairs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stairs[middle]!.waiter.level <= level) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function walk<Line, Why>(
  reached: ReadonlyMap<Line, { readonly by: FenceEdge<Line, Why> | null }>,
  start: Line,
  last: FenceEdge<Line, Why>,
): readonly FenceEdge<Line, Why>[] {
  const path: FenceEdge<Line, Why>[] = [];
  for (let edge: FenceEdge<Line, Why> | null = last; edge !== null;) {
    path.unshift(edge);
    if (edge.waiter.line === start) break;
    edge = reached.get(edge.waiter.line)?.by ?? null;
  }
  return path;
}
