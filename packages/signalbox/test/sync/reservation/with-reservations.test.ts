import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { Timeline } from "../../../src/fence/timeline.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { ReservationLocks } from "../../../src/sync/reservation/locks.ts";
import { tryLockAll, withReservations } from "../../../src/sync/reservation/with-reservations.ts";
import { thrownBy } from "../../support/notes.ts";
import { listening, noting } from "./listener.ts";

/** Something to wait for in a body, and who ends it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Lets every promise settle that can. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const outcomeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "done",
    (error: unknown) => error,
  );

describe("withReservations", () => {
  it("holds all of them while the body runs, and answers what the body answers", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const answer = await withReservations(
      [b, a, b],
      async (locks) => {
        await turn();
        expect([a.holder, b.holder]).toEqual(["me", "me"]);
        expect([locks.has(a), locks.has(b), locks.has(new Reservation())]).toEqual([true, true, false]);
        return 7;
      },
      { name: "me" },
    );
    expect(answer).toBe(7);
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("takes what is free at the call, and calls the body only when the call has returned", async () => {
    const a = new Reservation("a");
    let called = false;
    const done = withReservations([a], () => {
      called = true;
    });
    expect(called).toBe(false);
    expect(a.holder).not.toBeNull();
    await done;
    expect(called).toBe(true);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("planned");
      },
    ],
    ["rejects", () => Promise.reject(new Error("planned"))],
  ])("releases them when the body %s, and fails as it does", async (_, body) => {
    const a = new Reservation("a");
    await expect(withReservations([a], body)).rejects.toThrow("planned");
    expect(a.holder).toBeNull();
  });

  it("runs one body after the other where they share a reservation, the older first", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const notes: string[] = [];
    const use = (name: string, reservations: Reservation[]) =>
      withReservations(reservations, async () => {
        notes.push(`${name} in`);
        await turn();
        notes.push(`${name} out`);
      });
    await Promise.all([use("first", [a]), use("second", [b, a]), use("third", [a, b]), use("fourth", [a])]);
    expect(notes).toEqual(["first", "second", "third", "fourth"].flatMap((name) => [`${name} in`, `${name} out`]));
  });

  it("doesn't wait for a reservation that it has not asked for", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const held = gate();
    const first = withReservations([a], () => held.opened);
    await withReservations([b], () => {});
    held.open();
    await first;
  });

  it("R11: an older ticket that meets a younger holder has it drop everything, and come back for what was refused first", async () => {
    const [a, b, c] = [new Reservation("a"), new Reservation("b"), new Reservation("c")];
    const notes: string[] = [];
    await listening(noting(notes), async () => {
      const held = gate();
      const first = withReservations([a], () => held.opened, { name: "first" });
      const older = withReservations([a, b], () => {}, { name: "older" });
      // Holds b and waits for a, behind the older one, which will want b.
      const younger = withReservations([b, a, c], () => {}, { name: "younger" });
      await turn();
      held.open();
      await Promise.all([first, older, younger]);
    });
    expect(notes).toEqual([
      ...["want first a", "take first a", "want older a", "want younger b", "take younger b", "want younger a"],
      ...["release first a", "take older a", "want older b", "wound younger b", "give up younger a"],
      ...["release younger b", "take older b", "want younger a"],
      ...["release older a", "take younger a", "release older b", "want younger b", "take younger b"],
      ...["want younger c", "take younger c", "release younger a", "release younger b", "release younger c"],
    ]);
  });

  it("an empty list locks nothing", async () => {
    expect(await withReservations([], (locks) => locks.released)).toBe(false);
  });
});

describe("an abort", () => {
  it("before the call rejects with its reason, and takes nothing", async () => {
    const a = new Reservation("a");
    const signal = AbortSignal.abort("no more");
    let called = false;
    const done = withReservations([a], () => void (called = true), { signal });
    expect(await outcomeOf(done)).toBe("no more");
    expect([called, a.holder, getEventListeners(signal, "abort")]).toEqual([false, null, []]);
  });

  it("while it waits rejects with its reason, drops what it had, and leaves nothing behind", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const held = gate();
    const first = withReservations([b], () => held.opened);
    const controller = new AbortController();
    const second = withReservations([a, b], () => {}, { signal: controller.signal });
    await turn();
    expect(a.holder).not.toBeNull();
    controller.abort("no more");
    expect(await outcomeOf(second)).toBe("no more");
    expect([a.holder, getEventListeners(controller.signal, "abort")]).toEqual([null, []]);
    held.open();
    await first;
    expect(b.holder).toBeNull();
  });

  it("while the body runs changes nothing", async () => {
    const a = new Reservation("a");
    const controller = new AbortController();
    const held = gate();
    const done = withReservations([a], () => held.opened.then(() => "done"), { signal: controller.signal });
    await turn();
    controller.abort();
    held.open();
    expect(await done).toBe("done");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("lets those behind through", async () => {
    const a = new Reservation("a");
    const held = gate();
    const first = withReservations([a], () => held.opened);
    const controller = new AbortController();
    const second = withReservations([a], () => {}, { signal: controller.signal });
    const third = withReservations([a], () => "third");
    controller.abort("no more");
    expect(await outcomeOf(second)).toBe("no more");
    held.open();
    expect(await Promise.all([first, third])).toEqual([undefined, "third"]);
  });
});

describe("the locks", () => {
  it("are EINVAL for a reservation that is not among them, and after their release", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    let kept: ReservationLocks | undefined;
    await withReservations([a], (locks) => {
      kept = locks;
      expect(thrownBy(() => locks.of(b))).toMatchObject({
        code: "EINVAL",
        message: `The locks of "${locks.ticket.name}" don't have [Reservation "b"]`,
      });
    });
    expect(kept?.released).toBe(true);
    expect(kept?.has(a)).toBe(false);
    expect(thrownBy(() => kept?.of(a))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/were released/),
    });
  });

  it("R5: what was got from them is EINVAL after their release, and what was reserved is gone", async () => {
    const a = new Reservation("a");
    const fence = new Timeline("t").fence().fence;
    const locked = await withReservations([a], (locks) => {
      locks.of(a).reserve(2);
      return locks.of(a);
    });
    const calls = [
      () => locked.reserve(1),
      () => locked.add(fence, "read"),
      () => locked.replace(1, fence, "read"),
      () => locked.copyFrom(a),
      () => locked.entries(),
    ];
    for (const call of calls) {
      expect(thrownBy(call)).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/^\[Reservation "a"\] was unlocked/),
      });
    }
    await withReservations([a], (locks) => {
      expect(locks.of(a)).not.toBe(locked);
      expect(thrownBy(() => locks.of(a).add(fence, "read"))).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/no slot left/),
      });
    });
  });

  it("can be released before their time, once", async () => {
    const a = new Reservation("a");
    await withReservations([a], async (locks) => {
      locks.release();
      expect(a.holder).toBeNull();
      const other = tryLockAll([a]);
      locks.release();
      expect(a.holder).toBe(other?.ticket.name);
      await turn();
      other?.release();
    });
    expect(a.holder).toBeNull();
  });
});

describe("tryLockAll", () => {
  it("takes all if all are free", () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const locks = tryLockAll([a, b, a], { name: "submission" });
    expect([locks?.has(a), locks?.has(b), a.holder, b.holder]).toEqual([true, true, "submission", "submission"]);
    locks?.[Symbol.dispose]();
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("takes none if somebody holds one, whose holder says who", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const notes: string[] = [];
    await withReservations(
      [b],
      () =>
        listening(noting(notes), () => {
          expect(tryLockAll([a, b])).toBeNull();
          expect([a.holder, b.holder]).toEqual([null, "upload"]);
        }),
      { name: "upload" },
    );
    expect(notes).toEqual([]);
  });

  it("doesn't overtake those who wait", async () => {
    const a = new Reservation("a");
    const [held, next] = [gate(), gate()];
    const first = withReservations([a], () => held.opened, { name: "first" });
    const second = withReservations([a], () => next.opened, { name: "second" });
    held.open();
    await first;
    expect([tryLockAll([a]), a.holder]).toEqual([null, "second"]);
    next.open();
    await second;
  });
});
