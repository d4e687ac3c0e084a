/** Decision 011: a body that locks more after its first `await`, where the locks themselves don't know whose body it is. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodeContextStore } from "../../../src/platform/async-context.node.ts";
import { browserContextStore } from "../../../src/platform/async-context.browser.ts";
import { disableLockdep, enableLockdep, useContextStore } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { ReservationLocks } from "../../../src/sync/reservation/locks.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import { withReservationLoop, withReservations } from "../../../src/sync/reservation/with-reservations.ts";
import type { LockOptions } from "../../../src/sync/reservation/with-reservations.ts";

let [one, two] = [new Reservation("one"), new Reservation("two")];
let lockdep: Lockdep;
const begin = (): void => {
  disableLockdep();
  lockdep = enableLockdep();
};
beforeEach(() => {
  [one, two] = [new Reservation("one"), new Reservation("two")];
  useContextStore(nodeContextStore);
  begin();
});
afterEach(() => {
  disableLockdep();
  useContextStore(browserContextStore);
});

const rules = (): readonly string[] => lockdep.takeReports().map(({ rule }) => rule);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A body that locks `two`, after an await. */
async function lockMore(options: LockOptions = {}): Promise<void> {
  await turn();
  await withReservations([two], () => {}, options);
}

test("who doesn't say within which locks is told of at that call, whether it hangs or not", async () => {
  await withReservations([one], () => lockMore());
  expect(rules()).toEqual(["lock-order", "lock-recursion"]);
  begin();
  await withReservationLoop(async (locks) => {
    await locks.lock(one);
    await lockMore();
  });
  expect(rules()).toEqual(["lock-order", "lock-recursion"]);
});

test("who hangs is told of while it hangs", async () => {
  const abort = new AbortController();
  const hung = withReservations([two], () => lockMore({ signal: abort.signal }));
  for (let turns = 0; turns < 4; turns++) await turn();
  expect(two.holder).not.toBeNull();
  expect(rules()).toEqual(["lock-order", "lock-recursion"]);
  abort.abort("enough");
  await expect(hung).rejects.toBe("enough");
});

test("who says it, or that no body waits for it, is in order", async () => {
  await withReservations([one], (within: ReservationLocks) => lockMore({ within }));
  await withReservations([one], () => lockMore({ within: null }));
  expect(rules()).toEqual([]);
});

test("in a browser, where nothing follows an await, nobody sees it", async () => {
  useContextStore(browserContextStore);
  begin();
  await withReservations([one], () => lockMore());
  expect(rules()).toEqual([]);
});
