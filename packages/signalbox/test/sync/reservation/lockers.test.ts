/**
 * Random lockers under a scheduler that decides whose turn it is: those that know their set, and those that find it out;
 * with aborts, failures and early releases. A judge listens; the bodies themselves see to it that nobody else is inside.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { ReservationLocks } from "../../../src/sync/reservation/locks.ts";
import { tryLockAll, withReservationLoop, withReservations } from "../../../src/sync/reservation/with-reservations.ts";
import { LockJudge, listening } from "./listener.ts";

const RESERVATIONS = 5;
const place = fc.nat(RESERVATIONS - 1);

const locker = fc.record({
  kind: fc.constantFrom("all" as const, "all" as const, "loop" as const, "loop" as const, "try" as const),
  places: fc.array(place, { maxLength: 4 }),
  /** How many turns it takes in the body. */
  turns: fc.nat(3),
  end: fc.constantFrom("answer", "answer", "answer", "throw", "release"),
  /** After how many turns its signal is aborted; never if undefined. */
  abort: fc.option(fc.nat(6), { nil: undefined, freq: 4 }),
});
type Locker = typeof locker extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly reservations = Array.from({ length: RESERVATIONS }, (_, index) => new Reservation(`${index}`));
  readonly inside = new Map<Reservation, string>();
  readonly violations: string[] = [];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  turn(): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve());
  }

  set(places: readonly number[]): Reservation[] {
    return [...new Set(places)].map((index) => this.reservations[index]!);
  }

  /** What a body does with the reservations that it holds: for some turns nobody else may be inside. */
  async use(
    name: string,
    { turns, end }: Locker,
    held: readonly Reservation[],
    locks: ReservationLocks,
  ): Promise<string> {
    for (const reservation of held) {
      const other = this.inside.get(reservation);
      if (other !== undefined) this.violations.push(`${name} meets ${other} inside ${reservation.name}`);
      if (!locks.has(reservation)) this.violations.push(`${name} has no lock of ${reservation.name}`);
      this.inside.set(reservation, name);
    }
    for (let turn = 0; turn < turns; turn++) await this.turn();
    for (const reservation of held) this.inside.delete(reservation);
    if (end === "throw") throw new Error("planned");
    if (end === "release") locks.release();
    return name;
  }

  async run(name: string, it: Locker): Promise<string> {
    const controller = new AbortController();
    const { signal } = controller;
    if (it.abort !== undefined) void this.abortAfter(controller, it.abort);
    const set = this.set(it.places);
    if (it.kind === "all") return withReservations(set, (locks) => this.use(name, it, set, locks), { signal, name });
    if (it.kind === "try") {
      const locks = tryLockAll(set, { name });
      for (const reservation of set) {
        if (locks !== null && this.inside.has(reservation)) this.violations.push(`${name} took what is in use`);
      }
      locks?.release();
      return name;
    }
    return withReservationLoop(
      async (locks) => {
        for (const reservation of set) {
          await locks.lock(reservation);
          await this.turn();
        }
        return this.use(name, it, set, locks);
      },
      { signal, name },
    );
  }

  async abortAfter(controller: AbortController, turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await this.turn();
    controller.abort("aborted");
  }
}

describe("random lockers", () => {
  it("exclude one another, all come to their end, the older first, and leave nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(locker, { minLength: 1, maxLength: 8 }), async (scheduler, lockers) => {
        const world = new World(scheduler);
        const judge = new LockJudge();
        await listening(judge, async () => {
          const runs = lockers.map((it, index) => world.run(`${index}`, it));
          // Fails when nothing is left to schedule and a run is not over.
          const outcomes = await scheduler.waitFor(Promise.allSettled(runs));
          for (const [index, outcome] of outcomes.entries()) {
            const { end, kind, abort } = lockers[index]!;
            if (outcome.status === "fulfilled") {
              expect(outcome.value).toBe(`${index}`);
              expect(end === "throw" && kind !== "try").toBe(false);
            } else if (outcome.reason === "aborted") expect(abort).toBeDefined();
            else expect([end, (outcome.reason as Error).message]).toEqual(["throw", "planned"]);
          }
        });
        expect([...world.violations, ...judge.violations]).toEqual([]);
        expect(judge.open).toBe(0);
        expect(world.reservations.map(({ holder }) => holder)).toEqual(world.reservations.map(() => null));
      }),
      { numRuns: 500 },
    );
  });

  it("never wound the oldest, so it is called once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(place, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 }),
        async (scheduler, sets) => {
          const world = new World(scheduler);
          const calls = sets.map(() => 0);
          const runs = sets.map((places, index) =>
            withReservationLoop(async (locks) => {
              calls[index]!++;
              for (const reservation of world.set(places)) {
                await world.turn();
                await locks.lock(reservation);
              }
            }),
          );
          await scheduler.waitFor(Promise.all(runs));
          expect(calls[0]).toBe(1);
        },
      ),
    );
  });

  it("with bodies inside bodies, either get through or hear EDEADLK; none hangs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(fc.array(place, { maxLength: 3 }), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        async (scheduler, nests) => {
          const world = new World(scheduler);
          const judge = new LockJudge();
          const nest = async (sets: readonly number[][], within: ReservationLocks | null): Promise<void> => {
            const [places, ...inner] = sets;
            if (places === undefined) return;
            await withReservations(
              world.set(places),
              async (locks) => {
                await world.turn();
                await nest(inner, locks);
              },
              { within },
            );
          };
          await listening(judge, async () => {
            const outcomes = await scheduler.waitFor(Promise.allSettled(nests.map((sets) => nest(sets, null))));
            for (const outcome of outcomes) {
              if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "EDEADLK" });
            }
            // Alone it has only itself to wait for.
            if (nests.length === 1) {
              const places = nests[0]!.flatMap((set) => [...new Set(set)]);
              const disjoint = new Set(places).size === places.length;
              expect(outcomes[0]?.status).toBe(disjoint ? "fulfilled" : "rejected");
            }
          });
          expect(judge.violations).toEqual([]);
          expect(judge.open).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("with bodies inside bodies that lock upwards only, never hear EDEADLK", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.tuple(fc.subarray([0, 1]), fc.subarray([2, 3]), fc.subarray([4])), { maxLength: 6 }),
        async (scheduler, nests) => {
          const world = new World(scheduler);
          const runs = nests.map(([low, middle, high]) =>
            withReservations(world.set(low), async (outer) => {
              await world.turn();
              await withReservations(
                world.set(middle),
                (inner) =>
                  withReservationLoop((locks) => Promise.all(world.set(high).map((it) => locks.lock(it))), {
                    within: inner,
                  }),
                { within: outer },
              );
            }),
          );
          await scheduler.waitFor(Promise.all(runs));
        },
      ),
      { numRuns: 500 },
    );
  });
});
