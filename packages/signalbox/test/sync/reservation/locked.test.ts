import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fenceArray } from "../../../src/fence/array.ts";
import { chainFence } from "../../../src/fence/chain.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { isLater } from "../../../src/fence/order.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import { Ring } from "../../../src/queue/ring.ts";
import type { LockedReservation } from "../../../src/sync/reservation/locked.ts";
import type { ReservationLocks } from "../../../src/sync/reservation/locks.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { Usage } from "../../../src/sync/reservation/usage.ts";
import { tryLockAll } from "../../../src/sync/reservation/with-reservations.ts";
import { ManualDriver } from "../../support/manual-driver.ts";
import { nameOf, thrownBy } from "../../support/notes.ts";
import { fencesOf } from "./fences.ts";

const usages: readonly Usage[] = ["kernel", "write", "read", "bookkeep"];

function locked(reservation: Reservation = new Reservation("pixels")): LockedReservation {
  return tryLockAll([reservation])!.of(reservation);
}

function shown(target: LockedReservation, usage?: Usage): string[] {
  return target.entries(usage).map((entry) => `${nameOf(entry.fence)} ${entry.usage}`);
}

describe("a locked reservation", () => {
  it("R7: iterates over what is in it at a usage and those before it, signalled or not", () => {
    const { make } = fencesOf();
    const target = locked();
    target.reserve(3);
    const gone = make("b1");
    target.add(make("a1").fence, "read");
    target.add(gone.fence, "write");
    gone.signal();
    expect([shown(target), shown(target, "write")]).toEqual([["a:1 read", "b:1 write"], ["b:1 write"]]);
  });

  it("R4: adds to the slots that were reserved, and takes over others without", () => {
    const { make } = fencesOf();
    const target = locked();
    target.reserve(2);
    target.add(make("a1").fence, "read");
    target.add(make("a2").fence, "write");
    target.add(make("b1").fence, "read");
    expect(shown(target)).toEqual(["a:2 write", "b:1 read"]);
    expect(thrownBy(() => target.add(make("a2").fence, "read"))).toMatchObject({
      code: "EINVAL",
      message:
        '[Reservation "pixels"] has no slot left for a:2: 2 are in use, and none is reserved since the lock was taken',
    });
    target.add(make("a3").fence, "kernel");
    expect(shown(target)).toEqual(["a:3 kernel", "b:1 read"]);
  });

  it("R4: a fence that fewer wait for stands beside an earlier one of its timeline", () => {
    const { make } = fencesOf();
    const target = locked();
    target.reserve(2);
    target.add(make("a1").fence, "write");
    target.add(make("a2").fence, "read");
    expect(shown(target)).toEqual(["a:1 write", "a:2 read"]);
  });

  it("R3: reserving again doesn't add up", () => {
    const { make } = fencesOf();
    const target = locked();
    target.reserve(1);
    target.reserve(1);
    target.add(make("a1").fence, "read");
    expect(thrownBy(() => target.add(make("b1").fence, "read"))).toMatchObject({ code: "EINVAL" });
    target.reserve(1);
    target.add(make("b1").fence, "read");
    expect(shown(target)).toEqual(["a:1 read", "b:1 read"]);
  });

  it("R5: what was reserved is gone with the lock, though the table has room", () => {
    const { make } = fencesOf();
    const reservation = new Reservation("pixels");
    const locks = tryLockAll([reservation]);
    locks?.of(reservation).reserve(3);
    locks?.release();
    expect(thrownBy(() => locked(reservation).add(make("a1").fence, "read"))).toMatchObject({ code: "EINVAL" });
  });

  it("RangeError for a count that is none, and nothing happened", () => {
    const target = locked();
    for (const count of [0, -1, 1.5, NaN, Infinity]) {
      expect(thrownBy(() => target.reserve(count))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => target.reserve(count)).message).toContain(`(got ${count})`);
    }
    expect(target.reservation._table).toBeNull();
  });

  it('A6: containers: "keep" takes a container, in one slot until it has signalled; what was not submitted is refused as ever', () => {
    const { make, timelines } = fencesOf();
    const target = locked();
    const [a1, b1] = [make("a1"), make("b1")];
    const both = fenceArray([a1.fence, b1.fence]);
    target.reserve(2);
    target.add(both, "write", { containers: "keep" });
    target.add(make("a2").fence, "write", { containers: "keep" });
    expect(target.entries().map(({ fence, usage }) => [fence.kind, usage])).toEqual([
      ["array", "write"],
      ["plain", "write"],
    ]);
    expect(target.entries()[0]!.fence).toBe(both);
    expect(target.reservation.test("write")).toBe(false);
    a1.signal();
    b1.signal();
    target.add(make("b2").fence, "read");
    expect(shown(target)).toEqual(["b:2 read", "a:2 write"]);
    const chain = chainFence(null, make("a3").fence, 1n);
    target.replace(timelines[0]!.context, chain, "kernel", { containers: "keep" });
    expect(target.entries()[1]).toEqual({ fence: chain, usage: "kernel" });
    const job = new Ring(new ManualDriver(), { platform: new SimPlatform({ auto: false }) }).queue("q").job({});
    expect(thrownBy(() => target.add(job, "read", { containers: "keep" }))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => target.add(chain, "read", { containers: "refuse" }))).toMatchObject({ code: "EINVAL" });
  });

  it("A6, Q8: EINVAL for a container, for a fence that was not submitted, and for what is no usage; nothing happened", () => {
    const { make, timelines } = fencesOf();
    const target = locked();
    target.reserve(1);
    const one = make("a1").fence;
    target.add(one, "read");
    const job = new Ring(new ManualDriver(), { platform: new SimPlatform({ auto: false }) })
      .queue("q", { credits: 1 })
      .job({ cost: 1 });
    const { context } = timelines[0]!;
    for (const [fence, message] of [
      [fenceArray([one, make("b1").fence]), /takes single fences: add each of the leaves of the array/],
      [job, /was not submitted/],
    ] as const) {
      const refusal = { code: "EINVAL", message: expect.stringMatching(message) };
      expect(thrownBy(() => target.add(fence, "read"))).toMatchObject(refusal);
      expect(thrownBy(() => target.replace(context, fence, "read"))).toMatchObject(refusal);
    }
    expect(thrownBy(() => target.add(make("a2").fence, "all" as Usage))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => target.replace(context, one, "all" as Usage))).toMatchObject({ code: "EINVAL" });
    expect(shown(target)).toEqual(["a:1 read"]);
  });

  it("R6: replaces all of a timeline, without a slot", () => {
    const { make, timelines } = fencesOf();
    const target = locked();
    target.replace(timelines[0]!.context, make("b1").fence, "read");
    expect(shown(target)).toEqual([]);
    target.reserve(3);
    target.add(make("a1").fence, "write");
    target.add(make("a2").fence, "read");
    target.add(make("c1").fence, "read");
    target.replace(timelines[0]!.context, make("b1").fence, "bookkeep");
    expect(shown(target)).toEqual(["b:1 bookkeep", "b:1 bookkeep", "c:1 read"]);
  });

  it("R10: copies what has not signalled, drops its own, and uses up what was reserved", () => {
    const { make } = fencesOf();
    const source = new Reservation("source");
    const from = locked(source);
    from.reserve(3);
    const gone = make("b1");
    from.add(make("a1").fence, "write");
    from.add(gone.fence, "read");
    from.add(make("c1").fence, "bookkeep");
    gone.signal();
    const target = locked();
    target.reserve(4);
    target.add(make("d1").fence, "kernel");
    target.copyFrom(source);
    expect(shown(target)).toEqual(["a:1 write", "c:1 bookkeep"]);
    expect(shown(from)).toHaveLength(3);
    expect(thrownBy(() => target.add(make("d1").fence, "read"))).toMatchObject({ code: "EINVAL" });
    target.copyFrom(new Reservation());
    expect(shown(target)).toEqual([]);
    target.reserve(1);
    target.add(make("d1").fence, "read");
    expect(shown(target)).toEqual(["d:1 read"]);
  });

  it("R10: copied onto itself it only loses what has signalled", () => {
    const { make } = fencesOf();
    const target = locked();
    target.reserve(2);
    const gone = make("a1");
    target.add(gone.fence, "write");
    target.add(make("b1").fence, "read");
    gone.signal();
    target.copyFrom(target.reservation);
    expect(shown(target)).toEqual(["b:1 read"]);
  });
});

/** What a reservation is to somebody who only knows the rules: a list, in which the first fit is overwritten. */
class NaiveReservation {
  entries: { fence: Fence; usage: number }[] = [];

  add(fence: Fence, usage: number): void {
    const standsFor = (old: Fence): boolean => old.context === fence.context && (old === fence || isLater(fence, old));
    const fit = this.entries.find((it) => it.fence.signalled || (it.usage >= usage && standsFor(it.fence)));
    if (fit === undefined) this.entries.push({ fence, usage });
    else Object.assign(fit, { fence, usage });
  }

  replace(context: number, fence: Fence, usage: number): void {
    for (const it of this.entries) if (it.fence.context === context) Object.assign(it, { fence, usage });
  }
}

const rank = fc.nat(3);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant("add" as const), fence: fc.nat(30), usage: rank }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("signal" as const), fence: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant("replace" as const), timeline: fc.nat(3), fence: fc.nat(30), usage: rank }),
  },
);

/** 31 fences of 4 timelines, two of which may have the same seqno. */
function someFences() {
  const fences = fencesOf(4);
  return {
    ...fences,
    made: Array.from({ length: 31 }, (_, index) => fences.make(`${"abcd"[index % 4]}${index % 11}`)),
  };
}

describe("a lock that an issuer releases, or a table that it exchanges, when it is asked in the middle of a call", () => {
  /** Five fences, so that the table is full; the first one's issuer does something when it is asked. */
  function asking(act: (locks: ReservationLocks, reservation: Reservation) => void) {
    const { make } = fencesOf();
    const reservation = new Reservation("pixels");
    const locks = tryLockAll([reservation])!;
    const target = locks.of(reservation);
    let armed = false;
    const poll = (): boolean => {
      if (armed) {
        armed = false;
        act(locks, reservation);
      }
      return false;
    };
    for (const name of ["a1", "b1", "c1", "d1", "e1"]) {
      target.reserve(1);
      target.add(make(name, name === "a1" ? { poll } : {}).fence, "read");
    }
    armed = true;
    return { make, reservation, target };
  }
  const contentOf = (reservation: Reservation): string[] => reservation.fences("read").map(nameOf);

  it("bug: is EINVAL, and the call has changed nothing", () => {
    for (const call of ["reserve", "add"] as const) {
      const extra = fencesOf().make("f1").fence;
      const { make, reservation, target } = asking((locks) => {
        locks.release();
        const others = tryLockAll([reservation])!;
        others.of(reservation).reserve(1);
        others.of(reservation).add(extra, "read");
      });
      const body = () => (call === "reserve" ? target.reserve(1) : target.add(make("a2").fence, "bookkeep"));
      expect(thrownBy(body)).toMatchObject({ code: "EINVAL", message: expect.stringMatching(/was unlocked/) });
      expect(contentOf(reservation)).toEqual(["a:1", "b:1", "c:1", "d:1", "e:1", "f:1"]);
    }
  });

  it("bug: is EINVAL for a copy too", () => {
    const { reservation: source } = asking(() => locks.release());
    const target = new Reservation("copy");
    const locks = tryLockAll([target])!;
    const copy = locks.of(target);
    expect(thrownBy(() => copy.copyFrom(source))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/was unlocked/),
    });
    expect(contentOf(target)).toEqual([]);
  });

  it("bug: loses no fence where the lock is still the caller's", () => {
    for (const call of ["reserve", "add"] as const) {
      const extra = fencesOf().make("f1").fence;
      const { make, reservation, target } = asking((locks) => {
        locks.of(reservation).reserve(2);
        locks.of(reservation).add(extra, "read");
      });
      if (call === "reserve") target.reserve(1);
      target.add(make("f2").fence, "read");
      expect(contentOf(reservation)).toEqual(["a:1", "b:1", "c:1", "d:1", "e:1", "f:1", "f:2"]);
    }
  });
});

describe("any program of operations", () => {
  it("R1, R4, R6: leaves what the rules say, as long as the table doesn't grow", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { made, timelines } = someFences();
        const naive = new NaiveReservation();
        const target = locked();
        target.reserve(64);
        for (const it of steps) {
          const one = made[it.fence]!;
          if (it.op === "signal") one.signal();
          else if (it.op === "add") {
            target.add(one.fence, usages[it.usage]!);
            naive.add(one.fence, it.usage);
          } else {
            const { context } = timelines[it.timeline]!;
            target.replace(context, one.fence, usages[it.usage]!);
            naive.replace(context, one.fence, it.usage);
          }
          for (const [limit, usage] of usages.entries()) {
            const seen = naive.entries.filter((entry) => entry.usage <= limit).map(({ fence }) => fence);
            expect(target.entries(usage).map(({ fence }) => fence)).toEqual(seen);
            expect(target.reservation.fences(usage)).toEqual(seen.filter(({ signalled }) => !signalled));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("R4: never lets go of what has to be waited for: a fence that takes over stands for the other, at least as widely", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 60 }), (steps) => {
        const { made } = someFences();
        const added: { fence: Fence; usage: number }[] = [];
        const reservation = new Reservation();
        for (const [it, growing] of steps) {
          const one = made[it.fence]!;
          if (it.op === "add") {
            using locks = tryLockAll([reservation]);
            locks!.of(reservation).reserve(growing ? 7 : 1);
            locks!.of(reservation).add(one.fence, usages[it.usage]!);
            added.push({ fence: one.fence, usage: it.usage });
          } else if (it.op === "signal") one.signal();
          for (const { fence, usage } of added) {
            if (fence.signalled) continue;
            const waitedFor = reservation.fences(usages[usage]!);
            const kept = waitedFor.some(
              (other) => other === fence || (other.context === fence.context && isLater(other, fence)),
            );
            // A later one of its timeline that has signalled out of turn stood for it too.
            const past = made.some(
              (other) => other.fence.signalled && other.fence.context === fence.context && isLater(other.fence, fence),
            );
            expect(kept || past).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("what a device that is asked may do to the reservation", () => {
  it("bug: a slot that it fills while a fence is added is not filled twice", () => {
    const { make } = fencesOf();
    const target = locked();
    target.reserve(3);
    let asked = false;
    const poll = (): boolean => {
      if (!asked) {
        asked = true;
        done.signal();
        target.add(make("b1").fence, "read");
      }
      return true;
    };
    const done = make("a1", { poll });
    target.add(done.fence, "read");
    target.add(make("c1").fence, "read");
    expect(shown(target)).toEqual(["b:1 read", "c:1 read"]);
  });
});
