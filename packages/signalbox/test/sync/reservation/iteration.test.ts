import { describe, expect, it } from "vitest";
import type { Fence } from "../../../src/fence/fence.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { Usage } from "../../../src/sync/reservation/usage.ts";
import { tryLockAll } from "../../../src/sync/reservation/with-reservations.ts";
import { nameOf } from "../../support/notes.ts";
import { fencesOf } from "./fences.ts";

/** Adds the fences under a lock of its own. */
function add(reservation: Reservation, usage: Usage, ...fences: Fence[]): void {
  using locks = tryLockAll([reservation]);
  const locked = locks?.of(reservation);
  locked?.reserve(fences.length);
  for (const fence of fences) locked?.add(fence, usage);
}

describe("an iteration without the lock", () => {
  it("R7: delivers what has not signalled by the time that it gets there, and says when it began", () => {
    const { make } = fencesOf();
    const made = ["a1", "b1", "c1", "d1"].map((name) => make(name));
    const reservation = new Reservation();
    add(reservation, "read", ...made.map(({ fence }) => fence));
    made[0]?.signal();
    const seen: string[] = [];
    for (const { fence, usage, restarted } of reservation.entries("read")) {
      seen.push(`${nameOf(fence)} ${usage}${restarted ? " restarted" : ""}`);
      made[2]?.signal();
    }
    expect(seen).toEqual(["b:1 read restarted", "d:1 read"]);
  });

  it("R7: begins again when the table was exchanged", () => {
    const { make } = fencesOf(8);
    const fences = ["a1", "b1", "c1", "d1", "e1"].map((name) => make(name).fence);
    const reservation = new Reservation();
    for (const fence of fences) add(reservation, "read", fence);
    const seen: string[] = [];
    for (const { fence, restarted } of reservation.entries()) {
      seen.push(`${nameOf(fence)}${restarted ? " restarted" : ""}`);
      if (seen.length === 2) add(reservation, "read", make("f1").fence);
    }
    expect(seen).toEqual([...["a:1 restarted", "b:1"], ...["a:1 restarted", "b:1", "c:1", "d:1", "e:1", "f:1"]]);
  });

  it("R7: sees what took over a slot ahead, and not what came behind the last slot", () => {
    const { make } = fencesOf(8);
    const reservation = new Reservation();
    add(reservation, "read", make("a1").fence, make("b1").fence);
    const seen: string[] = [];
    for (const { fence } of reservation.entries()) {
      seen.push(nameOf(fence));
      if (seen.length === 1) add(reservation, "read", make("b2").fence, make("c1").fence);
    }
    expect(seen).toEqual(["a:1", "b:2"]);
  });

  it("begins with what is there at its first step", () => {
    const { make } = fencesOf();
    const reservation = new Reservation();
    const entries = reservation.entries();
    add(reservation, "write", make("a1").fence);
    expect([...entries].map(({ fence }) => nameOf(fence))).toEqual(["a:1"]);
  });

  it("F16: asks every fence that it passes, at whatever usage", () => {
    const { make } = fencesOf();
    const reservation = new Reservation();
    const asked: string[] = [];
    let past = false;
    const polled = (name: string): Fence => make(name, { poll: () => (asked.push(name), past) }).fence;
    add(reservation, "bookkeep", polled("a1"), polled("b1"));
    asked.length = 0;
    past = true;
    expect(reservation.fences("kernel")).toEqual([]);
    expect(asked).toEqual(["a1", "b1"]);
    past = false;
    expect(reservation.fences("bookkeep")).toEqual([]);
  });

  it("R7: is begun again, and what it had is dropped, when a device that is asked has the table exchanged", () => {
    /** Five fences fill the table; the first question to the last of them adds a sixth. */
    const exchanging = (): Reservation => {
      const { make } = fencesOf();
      const reservation = new Reservation();
      let asked = 0;
      const poll = (): boolean => {
        if (asked++ === 0) add(reservation, "write", make("f1").fence);
        return false;
      };
      const fences = ["a1", "b1", "c1", "d1"].map((name) => make(name).fence);
      for (const fence of [...fences, make("e1", { poll }).fence]) add(reservation, "write", fence);
      return reservation;
    };
    const expected = ["a:1", "b:1", "c:1", "d:1", "e:1", "f:1"];
    expect(exchanging().fences("write").map(nameOf)).toEqual(expected);
    const copy = new Reservation();
    using locks = tryLockAll([copy]);
    locks?.of(copy).copyFrom(exchanging());
    expect(copy.fences("write").map(nameOf)).toEqual(expected);
  });

  it("EINVAL for what is no usage", () => {
    const reservation = new Reservation();
    for (const call of ["entries", "fences", "singleton", "test", "wait", "at"] as const) {
      expect(() => reservation[call]("all" as Usage)).toThrow(
        "A usage is one of kernel, write, read, bookkeep (got all)",
      );
    }
  });
});
