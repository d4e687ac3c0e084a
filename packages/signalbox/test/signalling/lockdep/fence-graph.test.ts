import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FenceGraph } from "../../../src/signalling/lockdep/fence-graph.ts";
import type { Point } from "../../../src/signalling/lockdep/fence-graph.ts";

const lines = Array.from({ length: 5 }, (_, index) => ({ index }));
const LEVELS = 6;

/** The same by hand: every fence a node, every edge kept, the order of a line as edges. */
class Naive {
  #edges: { readonly from: string; readonly to: string; readonly tie: object | undefined }[] = [];
  readonly #signalled = new Map<number, number>();

  add(waiter: readonly [number, number], on: readonly [number, number], tie?: object): boolean {
    if (tie !== undefined) this.takeBack(tie);
    if ([waiter, on].some(([line, level]) => level <= (this.#signalled.get(line) ?? 0))) return true;
    if (this.#reaches(on, waiter)) return false;
    this.#edges.push({ from: waiter.join(), to: on.join(), tie });
    return true;
  }

  takeBack(tie: object): void {
    this.#edges = this.#edges.filter((edge) => edge.tie !== tie);
  }

  signalled(line: number, level: number): void {
    this.#signalled.set(line, Math.max(level, this.#signalled.get(line) ?? 0));
  }

  #reaches(from: readonly [number, number], to: readonly [number, number]): boolean {
    const seen = new Set([from.join()]);
    for (const key of seen) {
      const [line, level] = key.split(",").map(Number) as [number, number];
      if (level <= (this.#signalled.get(line) ?? 0)) continue;
      if (line === to[0] && level >= to[1]) return true;
      if (level > 1) seen.add([line, level - 1].join());
      for (const { from: waiter, to: next } of this.#edges) if (waiter === key) seen.add(next);
    }
    return false;
  }
}

/** What edges may be taken back with. */
const ties = Array.from({ length: 3 }, (_, index) => ({ index }));
const point = (line: number, level: number): Point<object> => ({ line: lines[line]!, level });

describe("the graph of fences", () => {
  it("refuses just the edges that close a ring among single fences", () => {
    const place = fc.tuple(fc.nat({ max: lines.length - 1 }), fc.integer({ min: 1, max: LEVELS }));
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant("edge" as const), place, place) },
      { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...ties), place, place) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("signal" as const), place, place) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("take back" as const), place, place) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let added = 0;
        let dropped = 0;
        const graph = new FenceGraph<object, string>(undefined, () => dropped++);
        const naive = new Naive();
        const known = new Set<number>();
        for (const [kind, a, b] of steps) {
          if (kind === "signal") {
            // Of lines that it doesn't know the graph isn't told: what has signalled before is never asked about.
            if (!known.has(a[0])) continue;
            graph.signalled(point(...a));
            naive.signalled(...a);
            continue;
          }
          if (kind === "take back") {
            const tie = ties[a[0] % ties.length]!;
            graph.takeBack(tie);
            naive.takeBack(tie);
            continue;
          }
          known.add(a[0]).add(b[0]);
          const tie = kind === "edge" ? undefined : kind;
          const ring = graph.add(point(...a), point(...b), `${a.join()} -> ${b.join()}`, tie);
          expect(ring === null).toBe(naive.add(a, b, tie));
          if (ring === null) {
            expect(graph.size).toBe(++added - dropped);
            continue;
          }
          // The way back is one: each edge begins at, or below, where the one before it ended.
          let at = point(...b);
          for (const edge of ring) {
            expect(edge.waiter.line).toBe(at.line);
            expect(edge.waiter.level).toBeLessThanOrEqual(at.level);
            at = edge.on;
          }
          expect(at.line).toBe(lines[a[0]]);
          expect(at.level).toBeGreaterThanOrEqual(a[1]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("bug: a fence that signalled before what it waited for took the waits of later ones of its line along", () => {
    const graph = new FenceGraph<object, string>();
    graph.add(point(0, 1), point(1, 1), "first");
    graph.add(point(0, 2), point(1, 1), "implied by the first");
    graph.signalled(point(0, 1));
    expect(graph.add(point(1, 1), point(0, 2), "back")?.map(({ why }) => why)).toEqual(["implied by the first"]);
    expect(graph.size).toBe(1);
    graph.signalled(point(0, 2));
    expect(graph.size).toBe(0);
  });

  it("keeps no more than so many of what an edge implies", () => {
    const dropped: string[] = [];
    const graph = new FenceGraph<object, string>(undefined, (why) => dropped.push(why));
    for (let level = 1; level <= 1000; level++) graph.add(point(0, level), point(1, 1), String(level));
    expect(graph.size).toBe(65);
    expect(dropped).toHaveLength(935);
  });

  it("bug: what leaves together with an edge took the place of what comes after it", () => {
    const graph = new FenceGraph<object, string>();
    for (let level = 1; level <= 70; level++) graph.add(point(0, 1), point(1, level), "leaves with the first");
    for (let level = 70; level >= 1; level--) graph.add(point(0, 1), point(1, level), "leaves with the first, too");
    expect(graph.size).toBe(1);
    graph.add(point(0, 2), point(1, 1), "comes after it");
    graph.signalled(point(0, 1));
    expect(graph.add(point(1, 1), point(0, 2), "back")?.map(({ why }) => why)).toEqual(["comes after it"]);
  });

  it("bug: what is kept beneath an edge was kept for each level that one fence waits for", () => {
    const dropped: string[] = [];
    const graph = new FenceGraph<object, string>(undefined, (why) => dropped.push(why));
    graph.add(point(0, 1), point(1, 100), "first");
    for (const level of [35, ...Array.from({ length: 70 }, (_, index) => index + 1), 35])
      graph.add(point(0, 2), point(1, level), `level ${level}`);
    graph.add(point(0, 3), point(1, 1), "comes after it");
    expect(graph.size).toBe(3);
    expect(dropped).toHaveLength(71);
    graph.signalled(point(0, 1));
    expect(graph.add(point(1, 70), point(0, 2), "back")?.map(({ why }) => why)).toEqual(["level 70"]);
    graph.signalled(point(0, 2));
    expect(graph.add(point(1, 1), point(0, 3), "back")?.map(({ why }) => why)).toEqual(["comes after it"]);
  });

  it("keeps one edge for a pair of timelines that keep pace, however many fences there were", () => {
    const graph = new FenceGraph<object, string>();
    for (let level = 1; level <= 1000; level++) {
      graph.add(point(0, level), point(1, level), "next");
      if (level > 1) {
        graph.signalled(point(1, level - 1));
        graph.signalled(point(0, level - 1));
      }
    }
    expect(graph.edges(lines[0]!, lines[1]!)).toBe(1);
  });

  it("goes through a timeline again when it comes there at a higher level", () => {
    const graph = new FenceGraph<object, string>();
    graph.add(point(0, 1), point(1, 1), "low");
    graph.add(point(0, 1), point(2, 1), "round");
    graph.add(point(2, 1), point(1, 5), "high");
    graph.add(point(1, 3), point(3, 1), "from the middle");
    expect(graph.add(point(3, 1), point(0, 1), "back")?.map(({ why }) => why)).toEqual([
      "round",
      "high",
      "from the middle",
    ]);
  });

  it("keeps nothing of what has signalled", () => {
    const graph = new FenceGraph<object, string>();
    for (let level = 1; level <= 5; level++) graph.add(point(0, level), point(1, level), "next");
    graph.signalled(point(0, 3));
    expect(graph.edges(lines[0]!, lines[1]!)).toBe(2);
    graph.signalled(point(0, 5));
    expect(graph.edges(lines[0]!, lines[1]!)).toBe(0);
  });

  it("keeps no edge that another implies", () => {
    const graph = new FenceGraph<object, string>();
    graph.add(point(0, 3), point(1, 3), "first");
    graph.add(point(0, 5), point(1, 2), "implied by the first");
    expect(graph.edges(lines[0]!, lines[1]!)).toBe(1);
    graph.add(point(0, 5), point(1, 6), "says more");
    expect(graph.edges(lines[0]!, lines[1]!)).toBe(2);
    graph.add(point(0, 1), point(1, 6), "implies both");
    expect(graph.edges(lines[0]!, lines[1]!)).toBe(1);
  });

  it("finds a ring over any number of timelines", () => {
    for (let length = 2; length <= 8; length++) {
      const ring = Array.from({ length }, (_, index) => ({ index }));
      const graph = new FenceGraph<object, number>();
      for (let i = 0; i < length - 1; i++)
        expect(graph.add({ line: ring[i]!, level: 1 }, { line: ring[i + 1]!, level: 1 }, i)).toBe(null);
      const back = graph.add({ line: ring[length - 1]!, level: 1 }, { line: ring[0]!, level: 1 }, length);
      expect(back?.map(({ why }) => why)).toEqual(Array.from({ length: length - 1 }, (_, i) => i));
    }
  });
});
