/**
 * A buffer that is shared as a dma-buf: a reservation behind a descriptor that can be polled.
 *
 * For each direction there is one callback, whoever polls. While it waits for a fence, polling in that direction says "not
 * ready", whatever has become of the other fences.
 */
import type { Fence } from "../../../src/fence/fence.ts";
import { Registration } from "../../../src/fence/registration.ts";
import { realPlatform } from "../../../src/platform/real.ts";
import type { LockedReservation } from "../../../src/sync/reservation/locked.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import { usageToWaitFor } from "../../../src/sync/reservation/usage.ts";
import type { Usage } from "../../../src/sync/reservation/usage.ts";
import { tryLockAll } from "../../../src/sync/reservation/with-reservations.ts";
import { WorkItem, WorkQueue } from "../../../src/work/work-queue.ts";
import { OpenFile } from "./files.ts";
import type { PollEvent } from "./files.ts";

const wakeUps = new WorkQueue(realPlatform);

export class BufferFile extends OpenFile {
  readonly reservation: Reservation = new Reservation("buffer");
  #pollers: (() => void)[] = [];
  readonly #wake = new WorkItem(wakeUps, () => {
    for (const resolve of this.#pollers.splice(0)) resolve();
    return false;
  });
  readonly #readers = Registration.schedule(this.#wake);
  readonly #writers = Registration.schedule(this.#wake);

  /** Adds fences under the lock, with room for all of them made first. */
  add(fences: readonly Fence[], usage: Usage): void {
    this.#locked((reservation) => {
      if (fences.length > 0) reservation.reserve(fences.length);
      // The kernel warns of a container (a chain that is a point of a chain), and adds it all the same.
      for (const fence of fences) reservation.add(fence, usage, { containers: "keep" });
    });
  }

  override poll(wanted: ReadonlySet<PollEvent>): readonly PollEvent[] {
    // Writers first, as the kernel does.
    const out = wanted.has("out") && this.#ready(true, this.#writers);
    const into = wanted.has("in") && this.#ready(false, this.#readers);
    return [...(into ? (["in"] as const) : []), ...(out ? (["out"] as const) : [])];
  }

  override changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#pollers.push(resolve);
    });
  }

  #ready(write: boolean, callback: Registration): boolean {
    if (callback.registered) return false;
    return this.#locked((reservation) =>
      reservation.entries(usageToWaitFor(write)).every(({ fence }) => fence.register(callback) === "signalled"),
    );
  }

  #locked<T>(body: (reservation: LockedReservation) => T): T {
    const locks = tryLockAll([this.reservation]);
    if (locks === null) throw new Error("Nobody else locks the reservation of a buffer");
    try {
      return body(locks.of(this.reservation));
    } finally {
      locks.release();
    }
  }
}
