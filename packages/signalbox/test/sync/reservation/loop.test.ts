import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { SignalboxError } from "../../../src/errors.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { ReservationLoopLocks } from "../../../src/sync/reservation/loop-locks.ts";
import { withReservationLoop, withReservations } from "../../../src/sync/reservation/with-reservations.ts";
import { thrownBy } from "../../support/notes.ts";
import { listening, noting } from "./listener.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("withReservationLoop", () => {
  it("locks what its body asks for, one after the other, and releases all", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const answer = await withReservationLoop(
      async (locks) => {
        const locked = await locks.lock(a);
        expect([locked.reservation, a.holder, b.holder]).toEqual([a, "me", null]);
        expect(await locks.lock(b)).toBe(locks.of(b));
        return "done";
      },
      { name: "me" },
    );
    expect([answer, a.holder, b.holder]).toEqual(["done", null, null]);
  });

  it("doesn't call the body before the call has returned", async () => {
    let called = false;
    const done = withReservationLoop(() => void (called = true));
    expect(called).toBe(false);
    await done;
    expect(called).toBe(true);
  });

  it("R11: calls the body again when an older one wants its lock, after the lock that was refused is its own", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const notes: string[] = [];
    const body = (name: string, first: Reservation, second: Reservation) =>
      withReservationLoop(
        async (locks) => {
          notes.push(`${name} begins, ${second.holder === name ? "has" : "has not"} ${second.name}`);
          await locks.lock(first);
          await turn();
          await locks.lock(second);
          notes.push(`${name} has both`);
        },
        { name },
      );
    await Promise.all([body("older", a, b), body("younger", b, a)]);
    expect(notes).toEqual([
      ...["older begins, has not b", "younger begins, has not a", "older has both"],
      ...["younger begins, has a", "younger has both"],
    ]);
  });

  it("refuses a wounded ticket even a lock that is free", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    let runs = 0;
    const older = withReservationLoop(async (locks) => {
      await turn();
      await locks.lock(a);
    });
    const younger = withReservationLoop(async (locks) => {
      runs++;
      await locks.lock(a);
      await turn();
      await turn();
      await locks.lock(b);
    });
    await Promise.all([older, younger]);
    expect(runs).toBe(2);
  });

  it("lets a wounded body that asks for nothing more come to its end", async () => {
    const a = new Reservation("a");
    let runs = 0;
    const older = withReservationLoop(async (locks) => {
      await turn();
      await locks.lock(a);
      expect(runs).toBe(1);
    });
    const younger = withReservationLoop(async (locks) => {
      runs++;
      await locks.lock(a);
      await turn();
      await turn();
    });
    await Promise.all([older, younger]);
    expect(runs).toBe(1);
  });

  it("calls the body again although it made something else of the refusal", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const outcomes: string[] = [];
    const older = withReservationLoop(async (locks) => {
      await locks.lock(a);
      await turn();
      await locks.lock(b);
    });
    const younger = withReservationLoop(async (locks) => {
      await locks.lock(b);
      await turn();
      const outcome = await locks.lock(a).then(
        () => "has both",
        (error: unknown) => (error as SignalboxError).code,
      );
      outcomes.push(outcome);
      return outcome;
    });
    expect(await Promise.all([older, younger])).toEqual([undefined, "has both"]);
    expect(outcomes).toEqual(["EDEADLK", "has both"]);
  });

  it("gives each run new locks: those of the last are EINVAL", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const runs: ReservationLoopLocks[] = [];
    const older = withReservationLoop(async (locks) => {
      await locks.lock(a);
      await turn();
      await locks.lock(b);
    });
    const younger = withReservationLoop(async (locks) => {
      runs.push(locks);
      await locks.lock(b);
      if (runs.length === 2) {
        expect(thrownBy(() => runs[0]?.of(b))).toMatchObject({ code: "EINVAL" });
        expect(thrownBy(() => runs[0]?.lock(b))).toMatchObject({ code: "EINVAL" });
      }
      await turn();
      await locks.lock(a);
    });
    await Promise.all([older, younger]);
    expect(runs).toHaveLength(2);
    expect(runs[0]?.ticket).toBe(runs[1]?.ticket);
  });

  it("EALREADY for a reservation that is locked in this run, or waited for", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    let release = (): void => {};
    const first = withReservations([b], () => new Promise<void>((resolve) => void (release = resolve)), {
      name: "first",
    });
    await withReservationLoop(
      async (locks) => {
        await locks.lock(a);
        const wait = locks.lock(b);
        for (const reservation of [a, b]) {
          expect(thrownBy(() => locks.lock(reservation))).toMatchObject({
            code: "EALREADY",
            message: `[Reservation "${reservation.name}"] is locked by "me" already`,
          });
        }
        release();
        await wait;
      },
      { name: "me" },
    );
    await first;
  });

  it("EALREADY for the reservation that was refused, too, once the next run has asked for it", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const older = withReservationLoop(async (locks) => {
      await locks.lock(a);
      await turn();
      await locks.lock(b);
    });
    let runs = 0;
    const younger = withReservationLoop(async (locks) => {
      runs++;
      if (runs === 1) await locks.lock(b);
      await turn();
      await locks.lock(a);
      expect(thrownBy(() => locks.lock(a))).toMatchObject({ code: "EALREADY" });
    });
    await Promise.all([older, younger]);
    expect(runs).toBe(2);
  });

  it("isn't disturbed by a release of locks of an earlier run", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const older = withReservationLoop(async (locks) => {
      await locks.lock(a);
      await turn();
      await locks.lock(b);
      await turn();
    });
    const runs: ReservationLoopLocks[] = [];
    const younger = withReservationLoop(async (locks) => {
      runs.push(locks);
      if (runs.length === 1) {
        await locks.lock(b);
        await turn();
        await locks.lock(a);
      }
      const held = withReservations([b], turn, { within: null });
      const wait = locks.lock(b);
      runs[0]?.release();
      await wait;
      await held;
    });
    await Promise.all([older, younger]);
    expect(runs).toHaveLength(2);
  });

  it("may wait for several at once", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const both = withReservations([a, b], turn);
    const older = withReservationLoop(async (locks) => {
      const [first, second] = await Promise.all([locks.lock(a), locks.lock(b)]);
      return [first.reservation, second.reservation];
    });
    expect(await older).toEqual([a, b]);
    await both;
  });

  it("refused several locks at once, waits for the first of them", async () => {
    const [a, b, c] = [new Reservation("a"), new Reservation("b"), new Reservation("c")];
    const notes: string[] = [];
    await listening(noting(notes), async () => {
      const held = withReservations([a, b], () => turn().then(turn).then(turn));
      const older = withReservationLoop(async (locks) => {
        await turn();
        await locks.lock(c);
      });
      const younger = withReservationLoop(
        async (locks) => {
          await locks.lock(c);
          await Promise.all([locks.lock(a), locks.lock(b)]);
        },
        { name: "younger" },
      );
      await Promise.all([held, older, younger]);
    });
    const ofYounger = notes.filter((note) => note.includes("younger"));
    expect(ofYounger.slice(4, 9)).toEqual([
      ...["wound younger c", "give up younger a", "give up younger b", "release younger c", "want younger a"],
    ]);
  });

  it("ends a wait that the body left behind, without its lock", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    let left: Promise<unknown> | undefined;
    const first = withReservations([b], turn);
    const second = withReservationLoop(async (locks) => {
      await locks.lock(a);
      left = locks.lock(b).catch((error: unknown) => error);
    });
    await second;
    expect(await left).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/were released while it waited/),
    });
    await first;
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("releases a lock that it got and never looked at", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    let release = (): void => {};
    const first = withReservations([b], () => new Promise<void>((resolve) => void (release = resolve)));
    await turn();
    const second = withReservationLoop((locks) => {
      void locks.lock(b).catch(() => {});
      release();
      return first;
    });
    await second;
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("rejects with the reason of an abort, in the body and between its runs", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    let release = (): void => {};
    const first = withReservations([b], () => new Promise<void>((resolve) => void (release = resolve)));
    const controller = new AbortController();
    const { signal } = controller;
    const inBody = withReservationLoop(
      async (locks) => {
        await locks.lock(a);
        await locks.lock(b);
      },
      { signal },
    );
    await turn();
    controller.abort("no more");
    await expect(inBody).rejects.toBe("no more");
    expect([a.holder, getEventListeners(signal, "abort")]).toEqual([null, []]);

    const again = new AbortController();
    const older = withReservationLoop(async (locks) => {
      await turn();
      await locks.lock(a);
      await locks.lock(b);
    });
    const between = withReservationLoop(
      async (locks) => {
        await locks.lock(a);
        await locks.lock(b);
      },
      { signal: again.signal },
    );
    await turn();
    await turn();
    // Refused b, and waiting for it with empty hands.
    again.abort("no more of this");
    await expect(between).rejects.toBe("no more of this");
    expect(getEventListeners(again.signal, "abort")).toEqual([]);
    release();
    await Promise.all([first, older]);
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("fails as its body does, and releases", async () => {
    const a = new Reservation("a");
    const done = withReservationLoop(async (locks) => {
      await locks.lock(a);
      throw new Error("planned");
    });
    await expect(done).rejects.toThrow("planned");
    expect(a.holder).toBeNull();
  });
});
