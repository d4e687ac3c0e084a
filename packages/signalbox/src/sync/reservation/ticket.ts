/**
 * The ticket: who locks reservations, and since when (R11, wound/wait).
 *
 * A ticket is drawn once for all the locks that somebody wants to hold together, and keeps its age over all attempts to get
 * them: the older of two always wins, so that whoever waits long enough is the oldest, and gets everything.
 *
 * States: idle -> waiting (for one lock or several) -> idle; at any time, while it holds locks, wounded: an older ticket
 * wants one of them. A wounded ticket gets no further lock; it has to drop those that it holds, which heals it.
 *
 * Invariants: W1: a wounded ticket doesn't wait. W2: `_contended` is the first lock that was refused since the ticket was
 * wounded: the one to wait for, with empty hands, before the next attempt.
 */
import type { LockWait } from "./lock.ts";
import type { Reservation } from "./reservation.ts";

let lastAge = 0;

/** One holder of reservations, as listeners and messages see it. Made by `withReservations` and the other ways to lock. */
export class ReservationTicket {
  /** Its place in the order of all tickets: the lower, the older. */
  readonly age: number = ++lastAge;
  /** What messages call it. */
  readonly name: string;
  /** @internal The ticket whose body waits for this one to be done. */ readonly _parent: ReservationTicket | null;
  /** @internal Those whose body is called in this one's. */ _children: Set<ReservationTicket> | null = null;
  /** @internal */ readonly _waits = new Set<LockWait>();
  /** @internal An older ticket wants what this one holds. */ _wounded = false;
  /** @internal See W2. */ _contended: Reservation | null = null;

  /** @internal */
  constructor(name: string | undefined, parent: ReservationTicket | null) {
    this.name = name ?? `ticket ${this.age}`;
    this._parent = parent;
  }

  /** @internal W2: takes note of a lock that was refused, on account of the wound. */
  _refuse(reservation: Reservation): void {
    this._contended ??= reservation;
  }

  /** @internal All locks are dropped: healed. What to wait for first now, if a lock was refused. */
  _heal(): Reservation | null {
    const contended = this._contended;
    this._wounded = false;
    this._contended = null;
    return contended;
  }
}
