import { lockOrder } from "../../src/rules/lock-order.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("lock-order", lockOrder, {
  valid: [
    {
      name: "one order, one after the other, taken again after the release",
      code: program`
      const table = declareLock("table"), page = declareLock("page");
      export function nested() {
        table.wanted(); table.taken();
        page.wanted(); page.taken();
        page.released(); table.released();
      }
      export function inTurn() {
        page.wanted(); page.taken(); page.released();
        table.wanted(); table.taken(); table.released();
        table.wanted(); table.taken(); table.released();
      }
      export function reversed() {
        page.wanted(); page.taken(); page.released();
        table.wanted(); table.taken(); table.released();
      }
    `,
    },
    {
      name: "in rounds, on some way, or where it was free",
      code: program`
      const table = declareLock("table"), page = declareLock("page");
      export function rounds(count: number, flag: boolean) {
        for (let round = 0; round < count; round++) {
          table.wanted(); table.taken(); table.released();
        }
        if (flag) { table.wanted(); table.taken(); }
        if (!flag) { table.wanted(); table.taken(); }
        table.released();
      }
      export function free() {
        table.wanted(); table.taken();
        page.wanted(); page.taken(); page.released();
        table.released();
        page.wanted(); page.taken();
        table.taken();
        table.released(); page.released();
      }
    `,
    },
    {
      name: "a lock that another function releases, or that is known by what it answered",
      code: program`
      const table = declareLock("table"), page = declareLock("page"), held = declareLock("held");
      const unlock = () => { table.released(); };
      export function split() {
        table.wanted(); table.taken();
        unlock();
        table.wanted(); table.taken();
        unlock();
      }
      export function passed(release: (lock: LockClass) => void) {
        page.wanted(); page.taken();
        release(page);
        page.wanted(); page.taken();
        release(page);
      }
      export function holds() {
        const hold = held.wanted();
        held.taken();
        held.wanted();
        return hold;
      }
    `,
    },
    {
      name: "locks that other files have too, which may be released there",
      code: program`
      import { sleeping } from "./reexport.ts";
      declare function unlock(): void;
      export const table = declareLock("table");
      export function shared() {
        table.wanted(); table.taken();
        unlock();
        table.wanted(); table.taken();
        unlock();
      }
      export function twice() {
        sleeping.wanted(); sleeping.taken();
        unlock();
        sleeping.wanted(); sleeping.taken();
        unlock();
      }
    `,
    },
    {
      name: "reservations inside of others that say so, or go by themselves",
      code: program`
      withReservations([reservation], async (locks) => {
        await fence.wait();
        await withReservations([reservation], () => {}, { within: locks });
        await withReservationLoop(() => {}, { within: locks });
      });
      withReservations([reservation], async () => {
        await withReservations([reservation], () => {});
      });
      withReservations([reservation], async (locks) => {
        await fence.wait();
        locks.release();
        await withReservations([reservation], () => {});
      });
      withReservations([reservation], async () => {
        await fence.wait();
        void withReservations([reservation], () => {});
        setTimeout(async () => { await fence.wait(); await withReservations([reservation], () => {}); });
      });
      export async function inTurn() {
        await withReservations([reservation], () => {});
        await withReservations([reservation], () => {});
      }
    `,
    },
    {
      name: "options that can't be read",
      code: program`
      export function unknown(options: object, flag: boolean) {
        return withReservations([reservation], async () => {
          if (flag) await fence.wait();
          await withReservations([reservation], () => {});
          await withReservations([reservation], () => {}, options);
        });
      }
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { declareLock, withReservations } from "other";
      import type { Reservation } from "other";
      declare const reservation: Reservation;
      const table = declareLock("table");
      table.wanted(); table.taken(); table.wanted();
      withReservations([reservation], async () => {
        await 1;
        await withReservations([reservation], () => {});
      });
    `,
    },
  ],
  invalid: [
    {
      name: "taken by who has it",
      code: program`
      const table = declareLock("table");
      export async function twice() {
        table.wanted(); table.taken();
        await fence.wait();
        table.wanted();
        table.released();
      }
    `,
      errors: [{ messageId: "again", line: 6, data: { wanted: "table", held: "table", line: "0" } }],
    },
    {
      name: "a lock that other files have too, released behind it",
      code: program`
      export const table = declareLock("table");
      export function twice() {
        table.wanted(); table.taken();
        table.wanted(); table.taken();
        table.released(); table.released();
      }
    `,
      errors: [{ messageId: "again", line: 5 }],
    },
    {
      name: "two orders, and a ring of three",
      code: program`
      const table = declareLock("table"), page = declareLock("page"), row = declareLock("row");
      export function one() {
        table.wanted(); table.taken();
        page.wanted(); page.taken();
        page.released(); table.released();
      }
      export function two() {
        page.wanted(); page.taken();
        row.wanted(); row.taken();
        row.released(); page.released();
      }
      export function three() {
        row.wanted(); row.taken();
        table.wanted(); table.taken();
        table.released(); row.released();
      }
      export function four() {
        page.wanted(); page.taken();
        table.wanted(); table.taken();
        table.released(); page.released();
      }
    `,
      errors: [
        { messageId: "order", line: 15, data: { wanted: "table", held: "row", line: "5" } },
        { messageId: "order", line: 20, data: { wanted: "table", held: "page", line: "5" } },
      ],
    },
    {
      name: "two orders in the rounds of a loop",
      code: program`
      const [table, page] = [declareLock("table"), declareLock("page")];
      for (const [outer, inner] of [[table, page], [page, table]] as const) {
        outer.wanted(); outer.taken();
        await fence.wait();
        inner.wanted(); inner.taken();
        inner.released(); outer.released();
      }
    `,
      errors: [{ messageId: "order", line: 6, data: { wanted: "table", held: "page", line: "6" } }],
    },
    {
      name: "reservations inside of others, of which nothing tells",
      code: program`
      withReservations([reservation], async (locks) => {
        locks.of(reservation).reserve(1);
        await fence.wait();
        await withReservations([reservation], () => {});
        return withReservations([reservation], () => {}, { signal: AbortSignal.timeout(5) });
      });
      withReservationLoop(async () => {
        await fence.wait();
        await withReservationLoop(() => {});
      });
    `,
      errors: [
        { messageId: "reservations", line: 5 },
        { messageId: "reservations", line: 6 },
        { messageId: "reservations", line: 10 },
      ],
    },
  ],
});
