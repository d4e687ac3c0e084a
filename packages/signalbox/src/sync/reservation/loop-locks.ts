/**
 * The locks of one run of a loop's body: they grow while the body finds out what it needs (drm_exec's job).
 *
 * States: as `ReservationLocks`. Between two runs the loop waits for the lock that was refused, with empty hands; the next
 * run finds it taken already, and asks for it like any other.
 */
import { SignalboxError } from "../../errors.ts";
import type { LockedReservation } from "./locked.ts";
import { ReservationLocks } from "./locks.ts";
import type { Reservation } from "./reservation.ts";
import type { ReservationTicket } from "./ticket.ts";

/** What the body of `withReservationLoop` gets: locks to which it can add. */
export class ReservationLoopLocks extends ReservationLocks {
  readonly #signal: AbortSignal | undefined;
  /** Taken between the runs, and not asked for yet in this one. */
  #prelocked: Reservation | null = null;

  /** @internal */
  constructor(ticket: ReservationTicket, signal: AbortSignal | undefined) {
    super(ticket);
    this.#signal = signal;
  }

  /**
   * Locks one more reservation; resolves when it is this ticket's, to what changes it.
   *
   * Rejects with EDEADLK when an older ticket wants one of these locks: let that pass, out of the body, which is then
   * called again. Rejects with EDEADLK, too, when the wait would never end (the message names both sides), and then the
   * loop fails with it; and with the signal's reason when aborted.
   * Throws EALREADY for a reservation that is locked in this run already, EINVAL after these locks were released.
   *
   * @example `const target = await locks.lock(buffer);`
   */
  lock(reservation: Reservation): Promise<LockedReservation> {
    if (this.released) {
      throw new SignalboxError("EINVAL", `The locks of "${this.ticket.name}" were released, and take no more`);
    }
    if (this.#prelocked === reservation) {
      this.#prelocked = null;
      return Promise.resolve(this.of(reservation));
    }
    if (this.has(reservation) || this.#isWaitingFor(reservation)) {
      throw new SignalboxError(
        "EALREADY",
        `[Reservation "${reservation.name}"] is locked by "${this.ticket.name}" already`,
      );
    }
    const wait = reservation._lock.take(this, this.#signal);
    return wait === null ? Promise.resolve(this.of(reservation)) : wait.then(() => this.of(reservation));
  }

  /** @internal Waits for the lock that was refused, before the body runs. */
  async _prelock(reservation: Reservation): Promise<void> {
    await reservation._lock.take(this, this.#signal);
    this.#prelocked = reservation;
  }

  #isWaitingFor(reservation: Reservation): boolean {
    for (const wait of this.ticket._waits) if (wait.reservation === reservation) return true;
    return false;
  }
}
