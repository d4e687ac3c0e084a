import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadyHeap } from "../../src/queue/ready-heap.ts";
import type { Ranked } from "../../src/queue/ready-heap.ts";

describe("the heap of ready queues", () => {
  it("beside a naive list: the least goes first, and each member is in it once, at its place", () => {
    const step = fc.record({
      kind: fc.constantFrom("add", "add", "remove", "move", "take"),
      at: fc.nat(30),
      rank: fc.oneof(fc.integer({ min: -3, max: 10 }), fc.double({ noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
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
          expect(heap.first?._rank).toBe(
            members.size === 0
              ? undefined
              : [...members].reduce((least, each) => Math.min(least, each._rank), Infinity),
          );
          const places = [...members].map((each) => each._place).sort((a, b) => a - b);
          expect(places).toEqual([...places.keys()]);
          for (const each of all) expect(each._place >= 0).toBe(members.has(each));
        }
      }),
    );
  });
});
