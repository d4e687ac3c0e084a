import { reserveBeforeAdd } from "../../src/rules/reserve-before-add.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("reserve-before-add", reserveBeforeAdd, {
  valid: [
    {
      name: "reserved before, on some way at least, for whichever reservation",
      code: program`
      declare const second: Reservation, flag: boolean;
      withReservations([reservation], (locks) => {
        locks.of(reservation).reserve(1);
        locks.of(reservation).add(fence, "write");
      });
      withReservations([reservation, second], (locks) => {
        const locked = locks.of(second);
        if (flag) locks.of(reservation).reserve(2);
        locked.add(fence, "write");
      });
      withReservations([reservation], (locks) => {
        for (const each of [fence, other]) {
          const locked = locks.of(reservation);
          locked.reserve(1);
          locked.add(each, "read");
        }
      });
    `,
    },
    {
      name: "locks that somebody else is given",
      code: program`
      declare function fill(locks: ReservationLocks): void;
      declare function make(locked: LockedReservation): void;
      withReservations([reservation], (locks) => {
        fill(locks);
        locks.of(reservation).add(fence, "write");
      });
      withReservations([reservation], (locks) => {
        make(locks.of(reservation));
        locks.of(reservation).add(fence, "write");
      });
      withReservations([reservation], (locks) => {
        const locked = locks.of(reservation);
        make(locked);
        locked.add(fence, "write");
      });
      withReservations([reservation], (locks) => {
        [reservation].forEach((each) => { locks.of(each).reserve(1); });
        locks.of(reservation).add(fence, "write");
      });
      withReservations([reservation], (locks) => {
        const locked = locks.of(reservation);
        const room = () => { locked.reserve(1); };
        room();
        locked.add(fence, "write");
      });
    `,
    },
    {
      name: "a function that is given what is locked",
      code: program`
      export function put(locked: LockedReservation, locks: ReservationLocks) {
        locked.add(fence, "write");
        locks.of(reservation).add(fence, "write");
      }
    `,
    },
    {
      name: "replacing needs no room",
      code: program`
      withReservations([reservation], (locks) => {
        locks.of(reservation).replace(1, fence, "write");
      });
    `,
    },
    {
      name: "tried, and looped",
      code: program`
      const locks = tryLockAll([reservation]);
      if (locks !== null) {
        locks.of(reservation).reserve(1);
        locks.of(reservation).add(fence, "write");
        locks.release();
      }
      withReservationLoop(async (page) => {
        const locked = await page.lock(reservation);
        locked.reserve(1);
        locked.add(fence, "write");
      });
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { withReservations } from "other";
      import type { Fence, Reservation } from "other";
      declare const reservation: Reservation, fence: Fence;
      withReservations([reservation], (locks) => { locks.of(reservation).add(fence, "write"); });
    `,
    },
  ],
  invalid: [
    {
      name: "never reserved",
      code: program`
      withReservations([reservation], (locks) => {
        locks.of(reservation).add(fence, "write");
      });
      withReservations([reservation], async (held) => {
        const locked = held.of(reservation);
        await fence.wait();
        locked.add(fence, "write");
      });
    `,
      errors: [
        { messageId: "unreserved", line: 3, data: { locks: "locks" } },
        { messageId: "unreserved", line: 8, data: { locks: "held" } },
      ],
    },
    {
      name: "reserved too late, or under other locks",
      code: program`
      withReservations([reservation], (locks) => {
        locks.of(reservation).add(fence, "write");
        locks.of(reservation).reserve(1);
      });
      withReservations([reservation], (outer) => {
        outer.of(reservation).reserve(1);
        return withReservations([reservation], (locks) => {
          locks.of(reservation).add(fence, "write");
        }, { within: outer });
      });
    `,
      errors: [
        { messageId: "unreserved", line: 3 },
        { messageId: "unreserved", line: 9 },
      ],
    },
    {
      name: "tried, and looped",
      code: program`
      export function tried() {
        const locks = tryLockAll([reservation]);
        if (locks === null) return;
        locks.of(reservation).add(fence, "write");
        locks.release();
      }
      withReservationLoop(async (locks) => {
        const locked = await locks.lock(reservation);
        locked.add(fence, "write");
      });
    `,
      errors: [
        { messageId: "unreserved", line: 5 },
        { messageId: "unreserved", line: 10 },
      ],
    },
  ],
});
