/** The prices of what fences are shared through: sync objects, reservations, other threads. */
import { Reservation, SyncObject, deliver, tryLockAll, waitAll, waitAny, withReservations } from "signalbox";
import type { DriverFence } from "signalbox";
import { openFence, shareFence } from "signalbox/shared";
import { EIGHT, eights, onFences, repeated } from "./kit.ts";
import type { Operation } from "./kit.ts";

export function sharingOperations(): readonly Operation[] {
  return [...syncOperations(), ...reservationOperations(), ...threadOperations()];
}

function syncOperations(): readonly Operation[] {
  return [
    onFences("syncObject.addPoint(point, fence)", (fences, count) => {
      const object = new SyncObject();
      return repeated(count, (index) => {
        object.addPoint(BigInt(index + 1), fences[index]!.fence);
      });
    }),
    onFences("syncObject.replace(fence)", (fences, count) => {
      const object = new SyncObject();
      return repeated(count, (index) => {
        object.replace(fences[index]!.fence);
      });
    }),
    {
      name: "syncObject.signalPoint(point)",
      prepare(count) {
        const object = new SyncObject();
        return repeated(count, (index) => {
          object.signalPoint(BigInt(index + 1));
        });
      },
    },
    onObjects("await syncObject.wait(), signalled in between", 1, (objects) => objects[0]!.wait()),
    onObjects("await waitAll([8 points]), signalled in between", EIGHT, (objects) =>
      waitAll(objects.map((object) => object.at())),
    ),
    onObjects("await waitAny([8 points]), signalled in between", EIGHT, (objects) =>
      waitAny(objects.map((object) => object.at())),
    ),
  ];
}

function reservationOperations(): readonly Operation[] {
  const reservation = new Reservation();
  return [
    {
      name: "tryLockAll([reservation]) and locks.release()",
      prepare: (count) => repeated(count, () => tryLockAll([reservation])?.release()),
    },
    {
      name: "await withReservations([reservation], body)",
      prepare: (count) => async () => {
        for (let index = 0; index < count; index++) await withReservations([reservation], () => {});
      },
    },
    onFences("locked.reserve(1) and locked.add(fence, usage)", (fences, count) => {
      const held = new Reservation();
      const locked = tryLockAll([held])!.of(held);
      return repeated(count, (index) => {
        locked.reserve(1);
        locked.add(fences[index]!.fence, "read");
      });
    }),
    onReserved("reservation.test(usage) with one fence", (reservations, count) => {
      let free = 0;
      return repeated(count, (index) => (free += reservations[index]!.test("read") ? 1 : 0));
    }),
    onReserved("await reservation.wait(usage), signalled in between", (reservations, count, signalAll) => {
      const waits: Promise<void>[] = [];
      const begin = repeated(count, (index) => waits.push(reservations[index]!.wait("read")));
      return async () => {
        begin();
        signalAll();
        for (const each of waits) await each;
      };
    }),
  ];
}

function threadOperations(): readonly Operation[] {
  return [
    onFences("shareFence(fence)", (fences, count) => repeated(count, (index) => void shareFence(fences[index]!.fence))),
    onFences("openFence(handle)", (fences, count) => {
      const handles = fences.map(({ fence }) => shareFence(fence));
      return repeated(count, (index) => void openFence(handles[index]!));
    }),
  ];
}

/** One pending fence in each of so many sync objects, for each call. */
function onObjects(name: string, each: number, wait: (objects: readonly SyncObject[]) => Promise<unknown>): Operation {
  return onFences(
    name,
    (all, count) => {
      const objects = all.map(({ fence }) => {
        const object = new SyncObject();
        object.replace(fence);
        return object;
      });
      const lists = each === 1 ? objects.map((object) => [object]) : eights(objects);
      const waits: Promise<unknown>[] = [];
      const begin = repeated(count, (index) => waits.push(wait(lists[index]!)));
      return async () => {
        begin();
        signalled(all);
        for (const one of waits) await one;
      };
    },
    true,
    each,
  );
}

/** A reservation with one pending fence for each call. */
function onReserved(
  name: string,
  make: (reservations: readonly Reservation[], count: number, signalAll: () => void) => () => unknown,
): Operation {
  return onFences(name, (fences, count) => {
    const reservations = fences.map(({ fence }) => {
      const reservation = new Reservation();
      const locks = tryLockAll([reservation])!;
      const locked = locks.of(reservation);
      locked.reserve(1);
      locked.add(fence, "write");
      locks.release();
      return reservation;
    });
    return make(reservations, count, () => {
      signalled(fences);
    });
  });
}

function signalled(fences: readonly DriverFence[]): void {
  deliver(() => {
    for (const fence of fences) fence.signal();
  });
}
