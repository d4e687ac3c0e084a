import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fence } from "../../../src/fence/fence.ts";
import { FenceTable } from "../../../src/sync/reservation/fence-table.ts";
import { BOOKKEEP, KERNEL, READ, WRITE } from "../../../src/sync/reservation/usage.ts";
import type { UsageRank } from "../../../src/sync/reservation/usage.ts";
import { nameOf } from "../../support/notes.ts";
import { fencesOf } from "./fences.ts";

function shown(table: FenceTable): string[] {
  return Array.from({ length: table.size }, (_, slot) => `${nameOf(table.fenceAt(slot))} ${table.usageAt(slot)}`);
}

function tableOf(...entries: [Fence, UsageRank][]): FenceTable {
  const table = new FenceTable(entries.length);
  for (const [fence, usage] of entries) table.append(fence, usage);
  return table;
}

describe("the sizes of a table", () => {
  it("R3: the first has room for 4 at least, and for a power of two, rounded up as the kernel's allocator does", () => {
    const capacities = [1, 4, 5, 8, 9, 16, 17, 32, 33, 64].map((count) => FenceTable.first(count).capacity);
    expect(capacities).toEqual([5, 5, 9, 9, 21, 21, 61, 61, 125, 125]);
  });

  it("R3: doubling goes 5, 13, 29, 61, 125", () => {
    const fence = fencesOf().make("a1").fence;
    const capacities: number[] = [];
    let table = FenceTable.first(1);
    for (let count = 0; count < 100; count++) {
      table = table.withRoomFor(1);
      table.append(fence, BOOKKEEP);
      if (capacities.at(-1) !== table.capacity) capacities.push(table.capacity);
    }
    expect(capacities).toEqual([5, 13, 29, 61, 125]);
  });

  it("R3: a table made to measure, as a copy is", () => {
    const capacities = [1, 2, 5, 6, 9, 10, 13, 14, 21, 22, 29, 30].map((count) => new FenceTable(count).capacity);
    expect(capacities).toEqual([1, 5, 5, 9, 9, 13, 13, 21, 21, 29, 29, 61]);
  });

  it("R3: what is needed decides where it is more than double", () => {
    expect(FenceTable.first(4).withRoomFor(22).capacity).toBe(29);
    expect(FenceTable.first(4).withRoomFor(5).capacity).toBe(5);
  });
});

describe("growing", () => {
  it("R3: drops what has signalled, and keeps the order of the rest", () => {
    const { make } = fencesOf();
    const made = ["a1", "b1", "c1", "d1", "e1"].map((name) => make(name));
    const table = tableOf(...made.map(({ fence }, index): [Fence, UsageRank] => [fence, (index % 4) as UsageRank]));
    made[1]?.signal();
    made[3]?.signal();
    expect(shown(table.withRoomFor(1))).toEqual(["a:1 0", "c:1 2", "e:1 0"]);
    expect(table.size).toBe(5);
  });

  it("is no growing where there is room, whatever has signalled", () => {
    const one = fencesOf().make("a1");
    const table = FenceTable.first(1);
    table.append(one.fence, READ);
    one.signal();
    expect(table.withRoomFor(4)).toBe(table);
  });
});

describe("the slot that a fence takes over", () => {
  const { make } = fencesOf();
  const [a1, a2, b1] = ["a1", "a2", "b1"].map((name) => make(name).fence) as [Fence, Fence, Fence];

  it("R4: is that of an earlier one of its timeline with the same usage or a greater one", () => {
    const table = tableOf([b1, READ], [a1, READ]);
    expect([KERNEL, WRITE, READ, BOOKKEEP].map((usage) => table.slotFor(a2, usage as UsageRank))).toEqual([
      1, 1, 1, -1,
    ]);
  });

  it("R4: is not that of a later one, nor of another with the same seqno", () => {
    expect(tableOf([a2, BOOKKEEP]).slotFor(a1, KERNEL)).toBe(-1);
    expect(tableOf([a1, BOOKKEEP]).slotFor(make("a1").fence, KERNEL)).toBe(-1);
  });

  it("R4: is that of the same fence, unless its usage is smaller", () => {
    const table = tableOf([a1, WRITE]);
    expect([KERNEL, WRITE, READ].map((usage) => table.slotFor(a1, usage as UsageRank))).toEqual([0, 0, -1]);
  });

  it("R4: is the first that has signalled, whatever its timeline and usage", () => {
    const gone = make("c1");
    const table = tableOf([b1, KERNEL], [gone.fence, KERNEL], [a1, KERNEL]);
    gone.signal();
    expect(table.slotFor(a2, BOOKKEEP)).toBe(1);
    expect(table.slotFor(a2, KERNEL)).toBe(1);
  });

  it("F7: later is meant as the timeline counts", () => {
    const wrapping = fencesOf(1, 32);
    const last = wrapping.make("a4294967295").fence;
    const first = wrapping.make("a1").fence;
    expect(tableOf([last, WRITE]).slotFor(first, WRITE)).toBe(0);
    expect(tableOf([first, WRITE]).slotFor(last, WRITE)).toBe(-1);
  });

  it("F16: devices are asked up to that slot, and no further", () => {
    const asked: string[] = [];
    const polled = (name: string, past: boolean): Fence => make(name, { poll: () => (asked.push(name), past) }).fence;
    const table = tableOf([polled("d1", false), READ], [polled("d2", true), READ], [polled("d3", true), READ]);
    expect(table.slotFor(a1, READ)).toBe(1);
    expect(asked).toEqual(["d1", "d2"]);
    expect(table.fenceAt(1).state).toBe("signalled");
    expect(table.fenceAt(2).state).toBe("published");
  });
});

it("R6: replacing puts one fence in the place of all of a timeline", () => {
  const { make, timelines } = fencesOf();
  const [a1, b1, a2, c1] = ["a1", "b1", "a2", "c1"].map((name) => make(name).fence) as [Fence, Fence, Fence, Fence];
  const table = tableOf([a1, KERNEL], [b1, READ], [a2, BOOKKEEP]);
  table.replaceAll(timelines[0]!.context, c1, WRITE);
  expect(shown(table)).toEqual(["c:1 1", "b:1 2", "c:1 1"]);
  table.replaceAll(timelines[3]!.context, a1, WRITE);
  expect(shown(table)).toEqual(["c:1 1", "b:1 2", "c:1 1"]);
});

it("R3: has room for what it is asked, whatever that is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), (first, more) => {
      const table = FenceTable.first(first);
      expect(table.capacity).toBeGreaterThanOrEqual(Math.max(4, first));
      expect(table.withRoomFor(more).capacity).toBeGreaterThanOrEqual(more);
      expect(Number.isInteger(table.withRoomFor(more).capacity)).toBe(true);
    }),
  );
});
