/**
 * The reservation: the fences of one shared resource, each with its usage, so that jobs find out by what they wait for.
 *
 * Looking needs no lock: it skips what has signalled, and tells when it had to begin again (R7). Every change needs the
 * lock: see `withReservations`, `withReservationLoop`, `tryLockAll`, and what they give, `LockedReservation`.
 *
 * Invariants: R1: a query at a usage sees the fences of that usage and of those before it. R7: what is delivered without
 * the lock had not signalled when it was looked at.
 */
import { fenceArray } from "../../fence/array.ts";
import type { Fence } from "../../fence/fence.ts";
import type { FenceSource } from "../../fence/source.ts";
import type { WaitOptions } from "../../fence/wait.ts";
import type { FenceTable } from "./fence-table.ts";
import { UnlockedCursor, unlockedEntries } from "./iteration.ts";
import type { TableOwner, UnlockedEntry } from "./iteration.ts";
import { ReservationLock } from "./lock.ts";
import { ReservationLocks } from "./locks.ts";
import { ReservationTicket } from "./ticket.ts";
import { rankOf } from "./usage.ts";
import type { Usage } from "./usage.ts";
import { waitUntilIdle } from "./wait.ts";

let count = 0;

/**
 * The fences of one shared resource. A program that shares a buffer between jobs keeps one beside it.
 *
 * @example
 * ```ts
 * const pixels = new Reservation("pixels");
 * await withReservations([pixels], (locks) => {
 *   const [done] = submit(job.after(pixels.at(usageToWaitFor(true))));
 *   const locked = locks.of(pixels);
 *   locked.reserve(1);
 *   locked.add(done, "write");
 * });
 * await pixels.wait("write"); // nobody writes any more
 * ```
 */
export class Reservation implements TableOwner {
  /** What messages call it. */
  readonly name: string;
  /** @internal Null while nothing was ever reserved. */ _table: FenceTable | null = null;
  /** @internal */ readonly _lock: ReservationLock;

  /** A reservation without fences, unlocked. */
  constructor(name?: string) {
    this.name = name ?? `reservation ${++count}`;
    this._lock = new ReservationLock(this);
  }

  /** The name of who holds its lock; null when it is free. */
  get holder(): string | null {
    return this._lock.holder?.name ?? null;
  }

  /** R8: the fences at this usage and those before it that have not signalled, in the order of the slots. */
  fences(usage: Usage): Fence[] {
    const fences: Fence[] = [];
    const cursor = new UnlockedCursor(this, rankOf(usage));
    for (let fence = cursor.next(); fence !== null; fence = cursor.next()) {
      if (cursor.restarted) fences.length = 0;
      fences.push(fence);
    }
    return fences;
  }

  /** R7: the same one by one, with their usages; what changes meanwhile may be seen, and `restarted` says when to forget. */
  entries(usage: Usage = "bookkeep"): Generator<UnlockedEntry, void, undefined> {
    return unlockedEntries(this, rankOf(usage));
  }

  /** R8: one fence for all of `fences(usage)`: null if there is none, itself if there is one, else an array of them, without dedup. */
  singleton(usage: Usage): Fence | null {
    const fences = this.fences(usage);
    return fences.length > 1 ? fenceArray(fences, { nested: "keep" }) : (fences[0] ?? null);
  }

  /** R9: whether all fences at this usage and those before it have signalled. */
  test(usage: Usage): boolean {
    return new UnlockedCursor(this, rankOf(usage)).next() === null;
  }

  /**
   * R9: resolves when every fence at this usage and those before it has signalled, as the iteration without the lock comes
   * across them: all that were there at the call, and some of those that are added meanwhile. One that failed is as good
   * as any: the question is whether the resource is still in use.
   *
   * Rejects with ETIMEDOUT after `timeout` ms in all, and with the signal's reason when aborted.
   * Throws RangeError for a timeout that is negative or NaN.
   *
   * @example `await pixels.wait("read", { timeout: 100 });`
   */
  wait(usage: Usage, options?: WaitOptions): Promise<void> {
    return waitUntilIdle(this, rankOf(usage), options);
  }

  /**
   * F28: hints to every fence of `fences(usage)` that somebody wants it by `time` (ms on the platform's clock).
   * Throws RangeError for a time that is not finite.
   */
  setDeadline(usage: Usage, time: number): void {
    if (!Number.isFinite(time)) throw new RangeError(`A deadline is a finite time in ms (got ${time})`);
    const cursor = new UnlockedCursor(this, rankOf(usage));
    for (let fence = cursor.next(); fence !== null; fence = cursor.next()) fence.setDeadline(time);
  }

  /**
   * @internal For a submission, which can't wait: adds the free lock to `own`, or to new locks where the submission has none
   * yet, and answers them; null when somebody else holds it. Here, so that programs without reservations don't carry locks.
   */
  _tryLockFor(own: ReservationLocks | null): ReservationLocks | null {
    const locks = own ?? new ReservationLocks(new ReservationTicket("a submission", null));
    return this._lock.tryTake(locks) ? locks : null;
  }

  /** What a job may depend on: the `fences(usage)` at the time when the job asks. */
  at(usage: Usage): ReservationAt {
    return new ReservationAt(this, usage);
  }
}

/** A reservation at a usage, as something to depend on: `job.after(reservation.at("write"))`. */
export class ReservationAt implements FenceSource {
  /** The reservation. */
  readonly reservation: Reservation;
  /** The usage at which it is asked. */
  readonly usage: Usage;

  /** @internal Use `reservation.at(usage)`. Throws EINVAL for what is no usage. */
  constructor(reservation: Reservation, usage: Usage) {
    rankOf(usage);
    this.reservation = reservation;
    this.usage = usage;
  }

  /** @internal */
  _fences(): readonly Fence[] {
    return this.reservation.fences(this.usage);
  }
}
