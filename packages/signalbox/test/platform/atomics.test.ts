import { describe, expect, it } from "vitest";
import {
  add,
  blockWhile,
  canShareMemory,
  canWaitAsync,
  compareExchange,
  exchange,
  load,
  loadWide,
  store,
  storeAndWake,
  storeWide,
  wake,
  wokenFrom,
} from "../../src/platform/atomics.ts";

const cells = () => new Int32Array(new SharedArrayBuffer(16));

describe("atomics", () => {
  it("store, load, add and exchange answer what a cell held", () => {
    const shared = cells();
    store(shared, 1, 5);
    expect([load(shared, 1), add(shared, 1, 3), exchange(shared, 1, -1), load(shared, 1)]).toEqual([5, 5, 8, -1]);
    expect([compareExchange(shared, 1, 0, 9), load(shared, 1)]).toEqual([-1, -1]);
    expect([compareExchange(shared, 1, -1, 9), load(shared, 1)]).toEqual([-1, 9]);
    expect([...shared]).toEqual([0, 9, 0, 0]);
  });

  it("a wake, and a store that wakes, end a wait", async () => {
    const shared = cells();
    const waits = [0, 1].map(async (index) => Atomics.waitAsync(shared, index, 0).value);
    wake(shared, 0);
    storeAndWake(shared, 1, 7);
    expect(await Promise.all(waits)).toEqual(["ok", "ok"]);
    expect([...shared]).toEqual([0, 7, 0, 0]);
  });

  it("blocking ends at once where the cell holds something else, and by its timeout where nobody wakes", () => {
    const shared = cells();
    expect([blockWhile(shared, 0, 1), blockWhile(shared, 0, 0, 1)]).toEqual(["not-equal", "timed-out"]);
  });

  it("waits without blocking until somebody wakes the cell, and not at all where it holds something else", async () => {
    const shared = cells();
    expect([canShareMemory(), canWaitAsync(), wokenFrom(shared, 0, 1)]).toEqual([true, true, undefined]);
    const woken = wokenFrom(shared, 0, 0);
    wake(shared, 0);
    await woken;
  });

  it("a wide cell holds 64 bits", () => {
    const wide = new BigUint64Array(new SharedArrayBuffer(16));
    storeWide(wide, 1, 0xffff_ffff_ffff_fffen);
    expect([loadWide(wide, 0), loadWide(wide, 1)]).toEqual([0n, 0xffff_ffff_ffff_fffen]);
  });
});
