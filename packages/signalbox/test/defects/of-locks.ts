/** Defects of whoever locks: mutexes and reservations, in the wrong order, in the wrong place, or not at all. */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

const anybody = "anybody";

export const ofLocks: readonly Defect[] = [
  defect(
    "P14",
    "Two async mutexes are taken in two orders",
    anybody,
    `
    const [a, b] = [declareLock("a"), declareLock("b")];
    for (const [outer, inner] of [
      [a, b],
      [b, a],
    ] as const) {
      outer.wanted();
      outer.taken();
      await turn();
      inner.wanted();
      inner.taken();
      inner.released();
      outer.released();
    }
    `,
  ),
  defect(
    "P15",
    "An async mutex is taken by who has it already",
    anybody,
    `
    const cache = declareLock("cache");
    cache.wanted();
    cache.taken();
    await turn();
    cache.wanted();
    `,
  ),
  defect(
    "P16",
    "A lock that is held over waits is taken where a fence is owed",
    anybody,
    `
    const table = declareLock("table");
    const owed = timeline.fence();
    signallingSection(() => {
      table.wanted();
      owed.signal();
      table.released();
    });
    `,
  ),
  defect(
    "P17",
    "Reservations are locked inside a section",
    anybody,
    `
    const buffer = new Reservation("buffer");
    deliver(() => void withReservations([buffer], () => {}));
    `,
  ),
  defect(
    "P46",
    "A fence is added to a reservation without room for it",
    "buffer managers",
    `
    const buffer = new Reservation("buffer");
    await withReservations([buffer], (locks) => {
      locks.of(buffer).add(submit(queue.job({}))[0], "write");
    });
    `,
  ),
  defect(
    "P47",
    "A reservation is changed after its lock was released",
    "buffer managers",
    `
    const buffer = new Reservation("buffer");
    await withReservations([buffer], (locks) => {
      locks.release();
      locks.of(buffer).reserve(1);
    });
    `,
  ),
  defect(
    "P48",
    "Two tasks lock reservations inside of one another, in two orders",
    "buffer managers",
    `
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const nested = (outer: Reservation, inner: Reservation): Promise<void> =>
      withReservations([outer], (locks) => turn().then(() => withReservations([inner], () => {}, { within: locks })));
    await Promise.all([nested(a, b), nested(b, a)]);
    `,
  ),
];
