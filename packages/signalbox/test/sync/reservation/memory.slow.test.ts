/** What is kept of locks that were released: nothing. */
import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import { withReservationLoop, withReservations } from "../../../src/sync/reservation/with-reservations.ts";
import { heapInUse } from "../../support/heap.ts";

const WARM = 2_000;
const CALLS = 100_000;
/** Less than one pointer for each call, and more than what a table may grow between two collections. */
const ALLOWED = 500_000;

it("whoever locked, waited, was refused, aborted or locked inside, leaves nothing on reservations and signals that live on", async () => {
  const [a, b] = [new Reservation("a"), new Reservation("b")];
  const controller = new AbortController();
  const { signal } = controller;
  const round = async (): Promise<void> => {
    const aborted = new AbortController();
    const calls = [
      withReservations([a, b], () => {}, { signal }),
      withReservations([b, a], (locks) => withReservations([], () => {}, { within: locks }), { signal }),
      withReservationLoop(
        async (locks) => {
          await locks.lock(b);
          await locks.lock(a);
        },
        { signal },
      ),
      withReservations([a], (locks) => withReservations([a], () => {}, { within: locks })),
      withReservations([b, a], () => {}, { signal: aborted.signal }),
    ];
    aborted.abort();
    await Promise.allSettled(calls);
  };
  const run = async (calls: number): Promise<void> => {
    for (let left = calls; left > 0; left -= 5) await round();
  };
  await run(WARM);
  const before = heapInUse();
  await run(CALLS);
  expect(heapInUse() - before).toBeLessThan(ALLOWED);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect([a.holder, b.holder]).toEqual([null, null]);
}, 60_000);
