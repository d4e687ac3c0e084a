/**
 * The lock of one reservation: wound/wait among tickets (R11).
 *
 * States: free (nobody waits) -> held -> free, or handed on to the oldest who waits, without being free in between.
 *
 * Who finds it held waits. If the holder is the younger of the two it is wounded: a lock that it waits for is refused at
 * once, any other at its next attempt, and it drops what it has. So an older ticket waits for a younger one only until that
 * one is done or has come back empty-handed, and no row of tickets can wait in a ring, whatever the order of their locks.
 *
 * Invariants: W3: waits are kept by age, the oldest first. W4: a holder is wounded as soon as an older ticket waits.
 * W5: a wait ends once: taken, refused, or ended by an abort; and leaves no listener behind.
 *
 * Only a `ReservationLocks` takes and releases.
 */
import { SignalboxError } from "../../errors.ts";
import { hooks } from "../../hooks.ts";
import { anyNested, deadlockError } from "./deadlock.ts";
import type { Reservation } from "./reservation.ts";
import type { ReservationTicket } from "./ticket.ts";

/** Who takes a lock: a `ReservationLocks`. */
export interface LockTaker {
  readonly ticket: ReservationTicket;
  /** @internal The lock of this reservation is the ticket's. */
  _hold(reservation: Reservation): void;
}

export class ReservationLock {
  readonly #reservation: Reservation;
  /** W3. */
  readonly #waits: LockWait[] = [];
  holder: ReservationTicket | null = null;

  constructor(reservation: Reservation) {
    this.#reservation = reservation;
  }

  /** Takes the lock if it is free. */
  tryTake(locks: LockTaker): boolean {
    if (this.holder !== null) return false;
    this.#give(locks);
    return true;
  }

  /**
   * Takes the lock, which the ticket doesn't hold yet: at once, and then the answer is null; or when its turn has come.
   * Rejects with EDEADLK when the ticket is wounded, or when waiting would never end; and with the signal's reason.
   */
  take(locks: LockTaker, signal: AbortSignal | undefined): Promise<void> | null {
    const { ticket } = locks;
    if (hooks.locks !== null) hooks.locks.lockWanted(this.#reservation, ticket);
    if (signal?.aborted === true) return this.#fail(ticket, signal.reason);
    if (ticket._wounded) return this.#refuse(ticket);
    const holder = this.holder;
    if (holder === null) {
      this.#give(locks);
      return null;
    }
    const deadlock = deadlockError(ticket, this.#reservation);
    if (deadlock !== null) return this.#fail(ticket, deadlock);
    return new Promise((resolve, reject) => {
      this.#enqueue(new LockWait(this.#reservation, locks, signal, resolve, reject));
      if (holder.age > ticket.age) this.#wound(holder);
    });
  }

  /** Gives the lock up, to the oldest who waits. */
  release(): void {
    const holder = this.holder;
    if (holder === null) return;
    this.holder = null;
    if (hooks.locks !== null) hooks.locks.lockReleased(this.#reservation, holder);
    const heir = this.#waits.shift();
    if (heir === undefined) return;
    this.#give(heir.locks);
    heir._taken();
    // Who waits on waits for somebody else from now on (W6).
    if (!anyNested()) return;
    for (const wait of this.#waits.slice()) {
      const deadlock = deadlockError(wait.ticket, this.#reservation);
      if (deadlock !== null) wait._failed(deadlock);
    }
  }

  /** Takes a wait out of the list. */
  forget(wait: LockWait): void {
    const place = this.#waits.indexOf(wait);
    if (place >= 0) this.#waits.splice(place, 1);
  }

  // The locks know at once, before anybody who waits for the promise does: they may be released first.
  #give(locks: LockTaker): void {
    this.holder = locks.ticket;
    if (hooks.locks !== null) hooks.locks.lockTaken(this.#reservation, locks.ticket);
    locks._hold(this.#reservation);
  }

  // W1.
  #refuse(ticket: ReservationTicket): Promise<never> {
    ticket._refuse(this.#reservation);
    return this.#fail(ticket, refusal(ticket, this.#reservation));
  }

  #fail(ticket: ReservationTicket, reason: unknown): Promise<never> {
    if (hooks.locks !== null) hooks.locks.lockGivenUp(this.#reservation, ticket);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason of an abort is the caller's own
    return Promise.reject(reason);
  }

  // W3. From the end, since who comes is mostly the youngest.
  #enqueue(wait: LockWait): void {
    let place = this.#waits.length;
    while (place > 0 && this.#waits[place - 1]!.ticket.age > wait.ticket.age) place--;
    this.#waits.splice(place, 0, wait);
  }

  // W4.
  #wound(holder: ReservationTicket): void {
    if (holder._wounded) return;
    holder._wounded = true;
    if (hooks.locks !== null) hooks.locks.ticketWounded(this.#reservation, holder);
    for (const wait of holder._waits) wait._refused();
  }
}

/** One wait of one ticket for one lock. */
export class LockWait {
  readonly reservation: Reservation;
  readonly locks: LockTaker;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly #onAbort = (): void => this._failed(this.#signal?.reason);

  constructor(
    reservation: Reservation,
    locks: LockTaker,
    signal: AbortSignal | undefined,
    resolve: () => void,
    reject: (reason: unknown) => void,
  ) {
    this.reservation = reservation;
    this.locks = locks;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    locks.ticket._waits.add(this);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get ticket(): ReservationTicket {
    return this.locks.ticket;
  }

  /** @internal The lock is the ticket's, and this wait is out of the lock's list. */
  _taken(): void {
    this.#end();
    this.#resolve();
  }

  /** @internal W1: the ticket was wounded. */
  _refused(): void {
    this.ticket._refuse(this.reservation);
    this._failed(refusal(this.ticket, this.reservation));
  }

  /** @internal Ends without the lock. */
  _failed(reason: unknown): void {
    this.#end();
    this.reservation._lock.forget(this);
    if (hooks.locks !== null) hooks.locks.lockGivenUp(this.reservation, this.ticket);
    this.#reject(reason);
  }

  // W5.
  #end(): void {
    this.ticket._waits.delete(this);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

function refusal(ticket: ReservationTicket, reservation: Reservation): SignalboxError {
  return new SignalboxError(
    "EDEADLK",
    `[Reservation "${reservation.name}"] is refused to "${ticket.name}": an older ticket wants a lock that it holds, so it drops them and begins again`,
  );
}
