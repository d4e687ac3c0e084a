/** Notes of what happens to locks, and a judge of it that knows nothing of how they work. */
import { hooks } from "../../../src/hooks.ts";
import type { LockListener } from "../../../src/hooks.ts";
import type { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { ReservationTicket } from "../../../src/sync/reservation/ticket.ts";

/** Calls the body with the listener in place. */
export async function listening<T>(listener: LockListener, body: () => T | Promise<T>): Promise<T> {
  const before = hooks.locks;
  hooks.locks = listener;
  try {
    return await body();
  } finally {
    hooks.locks = before;
  }
}

/** A listener that writes `want ticket reservation` and the like into the list. */
export function noting(list: string[]): LockListener {
  const note = (word: string) => (reservation: Reservation, ticket: ReservationTicket) =>
    void list.push(`${word} ${ticket.name} ${reservation.name}`);
  return {
    lockWanted: note("want"),
    lockTaken: note("take"),
    lockGivenUp: note("give up"),
    lockReleased: note("release"),
    ticketWounded: note("wound"),
  };
}

/** Holds the locks to the rules; `violations` stays empty if they keep them. */
export class LockJudge implements LockListener {
  readonly violations: string[] = [];
  readonly holders = new Map<Reservation, ReservationTicket>();
  readonly wanted = new Map<Reservation, Set<ReservationTicket>>();
  readonly #wounded = new Set<ReservationTicket>();

  /** How many locks are held or wanted. */
  get open(): number {
    let wants = this.holders.size;
    for (const tickets of this.wanted.values()) wants += tickets.size;
    return wants;
  }

  lockWanted(reservation: Reservation, ticket: ReservationTicket): void {
    const tickets = this.#wantedOf(reservation);
    if (tickets.has(ticket)) this.#broken("wants it twice", reservation, ticket);
    if (this.holders.get(reservation) === ticket) this.#broken("wants what it holds", reservation, ticket);
    tickets.add(ticket);
  }

  lockTaken(reservation: Reservation, ticket: ReservationTicket): void {
    if (this.holders.has(reservation)) this.#broken("takes what is held", reservation, ticket);
    if (this.#wounded.has(ticket)) this.#broken("takes more when it is wounded", reservation, ticket);
    this.#wantedOf(reservation).delete(ticket);
    for (const { age } of this.#wantedOf(reservation)) {
      if (age < ticket.age) this.#broken("takes it before an older one", reservation, ticket);
    }
    this.holders.set(reservation, ticket);
  }

  lockGivenUp(reservation: Reservation, ticket: ReservationTicket): void {
    if (!this.#wantedOf(reservation).delete(ticket)) this.#broken("gives up what it did not want", reservation, ticket);
  }

  lockReleased(reservation: Reservation, ticket: ReservationTicket): void {
    if (this.holders.get(reservation) !== ticket) this.#broken("releases what it does not hold", reservation, ticket);
    this.holders.delete(reservation);
    if (![...this.holders.values()].includes(ticket)) this.#wounded.delete(ticket);
  }

  ticketWounded(reservation: Reservation, ticket: ReservationTicket): void {
    if (this.#wounded.has(ticket)) this.#broken("is wounded twice", reservation, ticket);
    if (this.holders.get(reservation) !== ticket) this.#broken("is wounded, and holds nothing", reservation, ticket);
    if (![...this.#wantedOf(reservation)].some(({ age }) => age < ticket.age)) {
      this.#broken("is wounded by nobody older", reservation, ticket);
    }
    this.#wounded.add(ticket);
  }

  #wantedOf(reservation: Reservation): Set<ReservationTicket> {
    let tickets = this.wanted.get(reservation);
    if (tickets === undefined) this.wanted.set(reservation, (tickets = new Set()));
    return tickets;
  }

  #broken(what: string, reservation: Reservation, ticket: ReservationTicket): void {
    this.violations.push(`${ticket.name} ${what}: ${reservation.name}`);
  }
}
