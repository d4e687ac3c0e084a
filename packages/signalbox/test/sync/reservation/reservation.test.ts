import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { errno } from "../../../src/errors.ts";
import { FenceArray } from "../../../src/fence/array.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import { usageToWaitFor } from "../../../src/sync/reservation/usage.ts";
import type { Usage } from "../../../src/sync/reservation/usage.ts";
import { tryLockAll } from "../../../src/sync/reservation/with-reservations.ts";
import { nameOf, thrownBy } from "../../support/notes.ts";
import { fencesOf } from "./fences.ts";

const usages: readonly Usage[] = ["kernel", "write", "read", "bookkeep"];

function reserve(reservation: Reservation, ...entries: [Fence, Usage][]): void {
  using locks = tryLockAll([reservation]);
  const locked = locks?.of(reservation);
  locked?.reserve(entries.length);
  for (const [fence, usage] of entries) locked?.add(fence, usage);
}

function setUp() {
  const fences = fencesOf();
  const [kernel, write, read, bookkeep] = ["a1", "b1", "c1", "d1"].map((name) => fences.make(name)) as never as [
    ReturnType<typeof fences.make>,
    ReturnType<typeof fences.make>,
    ReturnType<typeof fences.make>,
    ReturnType<typeof fences.make>,
  ];
  const reservation = new Reservation("pixels");
  reserve(
    reservation,
    [bookkeep.fence, "bookkeep"],
    [read.fence, "read"],
    [write.fence, "write"],
    [kernel.fence, "kernel"],
  );
  return { ...fences, reservation, kernel, write, read, bookkeep };
}

describe("a reservation", () => {
  it("has nothing in it at first", async () => {
    const reservation = new Reservation();
    expect(reservation.name).toMatch(/^reservation \d+$/);
    for (const usage of usages) {
      expect([reservation.fences(usage), reservation.test(usage), reservation.singleton(usage)]).toEqual([
        [],
        true,
        null,
      ]);
      await reservation.wait(usage, { timeout: 0 });
    }
  });

  it("R1: a query sees the fences of its usage and of those before it, in the order of the slots", () => {
    const { reservation } = setUp();
    expect(usages.map((usage) => reservation.fences(usage).map(nameOf).join(" "))).toEqual([
      ...["a:1", "b:1 a:1", "c:1 b:1 a:1", "d:1 c:1 b:1 a:1"],
    ]);
    expect([...reservation.entries("write")].map(({ usage }) => usage)).toEqual(["write", "kernel"]);
  });

  it("R2: a writer waits for readers and writers, a reader for writers", () => {
    expect([usageToWaitFor(true), usageToWaitFor(false)]).toEqual(["read", "write"]);
  });

  it("R9: is idle at a usage when its fences up to there have signalled, with or without an error", () => {
    const { reservation, kernel, write, bookkeep } = setUp();
    const idle = () => usages.filter((usage) => reservation.test(usage));
    expect(idle()).toEqual([]);
    kernel.signal();
    expect(idle()).toEqual(["kernel"]);
    write.fail(errno.EIO);
    expect(idle()).toEqual(["kernel", "write"]);
    bookkeep.signal();
    expect(idle()).toEqual(["kernel", "write"]);
  });

  it("R8: the one fence that there is stands for itself, more are an array without dedup, in the same order", () => {
    const { reservation, make, kernel, write, read } = setUp();
    expect(reservation.singleton("kernel")).toBe(kernel.fence);
    reserve(reservation, [make("c9").fence, "write"], [make("c3").fence, "write"]);
    const array = reservation.singleton("read");
    expect(array).toBeInstanceOf(FenceArray);
    expect((array as FenceArray).fences.map(nameOf)).toEqual(["c:9", "b:1", "a:1", "c:3"]);
    expect(reservation.fences("read")).not.toContain(read.fence);
    for (const one of [kernel, write]) one.signal();
    expect(array?.signalled).toBe(false);
  });

  it("F28: a deadline goes to the fences of its usage and before that have not signalled", () => {
    const { make } = fencesOf();
    const hints: string[] = [];
    const hinted = (name: string) => make(name, { setDeadline: (_, time) => void hints.push(`${name} ${time}`) });
    const [a, b, c] = [hinted("a1"), hinted("b1"), hinted("c1")];
    const reservation = new Reservation();
    reserve(reservation, [a.fence, "write"], [b.fence, "read"], [c.fence, "bookkeep"]);
    reservation.setDeadline("read", 9);
    a.signal();
    reservation.setDeadline("bookkeep", 4);
    expect(hints).toEqual(["a1 9", "b1 9", "b1 4", "c1 4"]);
    for (const time of [NaN, Infinity]) {
      expect(thrownBy(() => new Reservation().setDeadline("read", time))).toBeInstanceOf(RangeError);
    }
  });

  it("at a usage, stands for the fences that it has when it is asked", () => {
    const { reservation, write } = setUp();
    const source = reservation.at("write");
    expect([source.reservation, source.usage]).toEqual([reservation, "write"]);
    write.signal();
    expect(source._fences().map(nameOf)).toEqual(["a:1"]);
    expect(new Reservation().at("write")._fences()).toEqual([]);
  });
});

describe("a wait", () => {
  it("R9: resolves when the last fence of its usage has signalled, those that come up meanwhile included", async () => {
    const { reservation, make, kernel, write, read } = setUp();
    let idle = false;
    const wait = reservation.wait("write").then(() => void (idle = true));
    const late = make("a2");
    reserve(reservation, [late.fence, "kernel"]);
    for (const one of [write, kernel]) {
      one.signal();
      await new Promise(setImmediate);
      expect(idle).toBe(false);
    }
    late.fail(errno.EIO);
    await wait;
    expect(read.fence.signalled).toBe(false);
  });

  it("R9: rejects with ETIMEDOUT after the time that it has for all of them together", async () => {
    const { platform, reservation, kernel, write } = setUp();
    let error: unknown;
    const wait = reservation.wait("write", { timeout: 50 }).catch((reason: unknown) => void (error = reason));
    platform.run(30);
    write.signal();
    await new Promise(setImmediate);
    platform.run(49);
    await new Promise(setImmediate);
    expect(error).toBeUndefined();
    platform.run(50);
    await wait;
    expect(error).toMatchObject({
      code: "ETIMEDOUT",
      message: `[Reservation "pixels"] is still in use after 50 ms: a:1 has not signalled`,
    });
    expect(platform.idle).toBe(true);
    expect(kernel.fence._registrations).toBeNull();
  });

  it("R9: with a timeout of 0 only looks, but has the issuer of the first fence hear that somebody waits", async () => {
    const { make } = fencesOf();
    const heard: string[] = [];
    const hearing = (name: string, pending: boolean) =>
      make(name, { enableSignalling: () => (heard.push(name), pending) }).fence;
    const reservation = new Reservation();
    reserve(reservation, [hearing("a1", false), "read"], [hearing("b1", true), "read"], [hearing("c1", true), "read"]);
    await expect(reservation.wait("read", { timeout: 0 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(heard).toEqual(["a1", "b1"]);
    await expect(reservation.wait("write", { timeout: 0 })).resolves.toBeUndefined();
  });

  it("rejects with the reason of an abort, and leaves nothing behind", async () => {
    const { platform, reservation, write } = setUp();
    const controller = new AbortController();
    const { signal } = controller;
    const wait = reservation.wait("write", { timeout: 50, signal });
    controller.abort("no more");
    await expect(wait).rejects.toBe("no more");
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect([platform.idle, write.fence._registrations]).toEqual([true, null]);
    await expect(reservation.wait("write", { signal })).rejects.toBe("no more");
  });

  it("F24: a RangeError for a timeout that is negative or NaN, even when nothing is left to wait for", () => {
    for (const timeout of [-1, NaN]) {
      expect(thrownBy(() => new Reservation().wait("read", { timeout }))).toBeInstanceOf(RangeError);
    }
  });
});
