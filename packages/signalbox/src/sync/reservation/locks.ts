/**
 * The locks that one ticket holds: the token that every change of a reservation needs.
 *
 * States: held -> released, by the end of the body or by hand; for good. A body that is called again gets new ones.
 *
 * Invariants: releasing releases everything, ends what was got from these locks, and ends the ticket's waits.
 */
import { SignalboxError } from "../../errors.ts";
import { LockedReservation } from "./locked.ts";
import type { LockTaker } from "./lock.ts";
import type { Reservation } from "./reservation.ts";
import type { ReservationTicket } from "./ticket.ts";

/**
 * Reservations that are locked together. Given to the body of `withReservations` and `withReservationLoop`, and got from
 * `tryLockAll`; to be used by whoever got it only, and not after it was released.
 */
export class ReservationLocks implements LockTaker {
  /** Who holds them. */
  readonly ticket: ReservationTicket;
  readonly #held = new Map<Reservation, LockedReservation>();
  #released = false;

  /** @internal */
  constructor(ticket: ReservationTicket) {
    this.ticket = ticket;
  }

  /** Whether they were released. */
  get released(): boolean {
    return this.#released;
  }

  /** Whether this reservation is among them. */
  has(reservation: Reservation): boolean {
    return this.#held.has(reservation);
  }

  /** The reservation, to be changed. Throws EINVAL unless it is among these locks, and they are held. */
  of(reservation: Reservation): LockedReservation {
    const locked = this.#held.get(reservation);
    if (locked !== undefined) return locked;
    const held = this.#released ? "were released" : `don't have [Reservation "${reservation.name}"]`;
    throw new SignalboxError("EINVAL", `The locks of "${this.ticket.name}" ${held}`);
  }

  /** Releases all of them before their time. What is released already stays so. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const wait of this.ticket._waits) wait._failed(releasedError(this.ticket));
    for (const [reservation, locked] of this.#held) {
      locked._end();
      reservation._lock.release();
    }
    this.#held.clear();
  }

  /** Releases all of them, so that `using` works. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** @internal */
  _hold(reservation: Reservation): void {
    this.#held.set(reservation, new LockedReservation(reservation));
  }
}

function releasedError(ticket: ReservationTicket): SignalboxError {
  return new SignalboxError("EINVAL", `The locks of "${ticket.name}" were released while it waited for another`);
}
