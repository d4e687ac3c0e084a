import { afterEach, describe, expect, it } from "vitest";
import { anyNested } from "../../../src/sync/reservation/deadlock.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { ReservationLocks } from "../../../src/sync/reservation/locks.ts";
import { withReservationLoop, withReservations } from "../../../src/sync/reservation/with-reservations.ts";
import { thrownBy } from "../../support/notes.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

// Once all is over nobody looks for rings any more: a ticket that was forgotten inside another would cost everybody.
afterEach(() => expect(anyNested()).toBe(false));

describe("a deadlock through a body inside a body", () => {
  it("is found where the inner one wants what the outer one holds", async () => {
    const a = new Reservation("a");
    const outer = withReservations([a], () => withReservations([a], () => {}, { name: "inner" }), { name: "outer" });
    await expect(outer).rejects.toMatchObject({
      code: "EDEADLK",
      message: `"inner" would wait for ever for the lock of [Reservation "a"]: it is held by "outer", which waits for "inner", called in its body`,
    });
    expect(a.holder).toBeNull();
  });

  it("is found across an await when the body says what it holds", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const outer = withReservations([a], async (locks) => {
      await turn();
      await withReservations([b, a], () => {}, { within: locks });
    });
    await expect(outer).rejects.toMatchObject({ code: "EDEADLK" });
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("is found where two hold what the other's inner one wants; who closes the ring fails, the other gets through", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const nest = (name: string, mine: Reservation, theirs: Reservation) =>
      withReservations(
        [mine],
        async (locks) => {
          await turn();
          return withReservations([theirs], () => name, { within: locks, name: `${name} inner` });
        },
        { name },
      );
    const [left, right] = await Promise.allSettled([nest("left", a, b), nest("right", b, a)]);
    expect(left).toEqual({ status: "fulfilled", value: "left" });
    expect(right).toMatchObject({
      reason: {
        code: "EDEADLK",
        message:
          `"right inner" would wait for ever for the lock of [Reservation "a"]: it is held by "left", which waits for ` +
          `"left inner", called in its body, which waits for [Reservation "b"], held by "right", which waits for ` +
          `"right inner", called in its body`,
      },
    });
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("is found in a ring of many, in constant stack", async () => {
    const count = 20_000;
    const reservations = Array.from({ length: count }, (_, index) => new Reservation(`${index}`));
    const all = reservations.map((mine, index) =>
      withReservations([mine], async (locks) => {
        await turn();
        await withReservations([reservations[(index + 1) % count]!], () => {}, { within: locks });
      }),
    );
    const failed = (await Promise.allSettled(all)).filter(({ status }) => status === "rejected");
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ reason: { code: "EDEADLK" } });
  });

  it("is found when the lock is handed to somebody who closes the ring", async () => {
    const [a, b, c] = [new Reservation("a"), new Reservation("b"), new Reservation("c")];
    let release = (): void => {};
    // Older than everybody: waits for b, and meanwhile has a body inside that waits for a.
    const oldest = withReservationLoop(
      async (locks) => {
        await turn();
        await Promise.all([locks.lock(b), withReservations([a], () => {}, { within: locks, name: "inside oldest" })]);
      },
      { name: "oldest" },
    );
    const first = withReservations([b], () => new Promise<void>((resolve) => void (release = resolve)));
    const outer = withReservations(
      [a, c],
      async (locks) => {
        await turn();
        await turn();
        await withReservations([b], () => {}, { within: locks, name: "inside outer" });
      },
      { name: "outer" },
    );
    for (let turns = 0; turns < 5; turns++) await turn();
    release();
    await expect(outer).rejects.toMatchObject({ code: "EDEADLK", message: expect.stringMatching(/held by "oldest"/) });
    await Promise.all([first, oldest]);
    expect([a.holder, b.holder, c.holder]).toEqual([null, null, null]);
  });

  it("is none where the holder that is waited for is wounded, and lets go", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const outer = withReservations([a], (locks) =>
      withReservationLoop(
        async (more) => {
          await turn();
          await more.lock(b);
          return "got b";
        },
        { within: locks },
      ),
    );
    await Promise.resolve().then(() => {});
    // Younger than the inner one: it holds b and waits for a, so a ring would close; but it has to drop b.
    const other = withReservationLoop(async (locks) => {
      await locks.lock(b);
      await locks.lock(a);
    });
    expect(await outer).toBe("got b");
    await other;
  });

  it("is none where nobody waits for the inner one", async () => {
    const a = new Reservation("a");
    let later: Promise<string> | undefined;
    await withReservations([a], () => {
      later = withReservations([a], () => "later", { within: null });
    });
    expect(await later).toBe("later");
  });

  it("is none where the outer one has let go", async () => {
    const a = new Reservation("a");
    const outer = withReservations([a], async (locks) => {
      locks.release();
      return withReservations([a], () => "inner");
    });
    expect(await outer).toBe("inner");
    expect(a.holder).toBeNull();
  });

  it("leaves no trace of the inner one on the outer one", async () => {
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    await withReservations([a], async (locks) => {
      await withReservations([b], () => {}, { within: locks });
      await withReservations([a], () => {}, { within: locks }).catch(() => {});
      expect(locks.ticket._children?.size).toBe(0);
      expect(locks.ticket._waits.size).toBe(0);
    });
  });

  it("EINVAL when the locks that it says it is within were released", async () => {
    const a = new Reservation("a");
    let kept: ReservationLocks | undefined;
    await withReservations([a], (locks) => void (kept = locks));
    expect(thrownBy(() => withReservations([a], () => {}, { within: kept! }))).toMatchObject({ code: "EINVAL" });
    expect(a.holder).toBeNull();
  });
});
