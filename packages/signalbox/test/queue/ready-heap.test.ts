import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadyHeap } from "../../src/queue/ready-heap.ts";
import type { Ranked } from "../../src/queue/ready-heap.ts";

/** That the heap has exactly these members, each at a place of its own, and none before one that ranks lower. */
function checkHeap(heap: ReadyHeap<Ranked>, all: readonly Ranked[], members: ReadonlySet<Ranked>): void {
  const byPlace: Ranked[] = [];
  for (const each of members) byPlace[each._place] = each;
  const inOrder = byPlace.every((each, place) => place === 0 || byPlace[(place - 1) >> 1]!._rank <= each._rank);
  const least = Math.min(...[...members].map((each) => each._rank));
  expect({
    first: heap.first?._rank ?? Infinity,
    size: byPlace.length,
    places: all.every((each) => each._place >= 0 === members.has(each)),
    inOrder,
  }).toEqual({ first: least, size: members.size, places: true, inOrder: true });
}

describe("the heap of ready queues", () => {
  it("beside a naive list: the least goes first, and each member is in it once, at its place", () => {
    const step = fc.record({
      kind: fc.constantFrom("add", "add", "remove", "move", "take"),
      at: fc.nat(30),
      rank: fc.oneof(
        fc.integer({ min: -3, max: 10 }),
        fc.constantFrom(-Infinity, Infinity),
        fc.double({ min: 1, max: 2, noNaN: true }),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
        const heap = new ReadyHeap<Ranked>();
        const all: Ranked[] = Array.from({ length: 31 }, () => ({ _rank: 0, _place: -1 }));
        const members = new Set<Ranked>();
        for (const { kind, at, rank } of steps) {
          const item = all[at]!;
          if (kind === "add" && !members.has(item)) {
            item._rank = rank;
            heap.add(item);
            members.add(item);
          } else if (kind === "remove" && members.delete(item)) {
            heap.remove(item);
          } else if (kind === "move" && members.has(item)) {
            item._rank = rank;
            heap.moved(item);
          } else if (kind === "take" && heap.first !== undefined) {
            members.delete(heap.first);
            heap.remove(heap.first);
          }
          checkHeap(heap, all, members);
        }
      }),
    );
  });
});
