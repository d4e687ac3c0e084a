/**
 * Classes: what the order of waiting is kept for. All reservations are one class, all fences one, each declared lock, pool and
 * worker one: what was seen once of one of them holds for all, so that one run tells what another would hang on (decision 018).
 */
import type { ReservationTicket } from "../../sync/reservation/ticket.ts";
import type { Site } from "./site.ts";

/** What a class is of. */
export type ClassKind = "fence" | "reservation" | "ticket" | "lock" | "spin lock" | "pool" | "worker";

/** One class. */
export class OrderClass {
  readonly kind: ClassKind;
  readonly name: string;
  /** What is known, without having been seen, to be wanted while one of these is held. */
  readonly before: readonly OrderClass[];
  /** Of a pool: whether fences refill it. Of a worker: whether fences may be owed to it. */
  readonly signals: boolean;

  constructor(kind: ClassKind, name: string, before: readonly OrderClass[] = [], signals = false) {
    this.kind = kind;
    this.name = name;
    this.before = before;
    this.signals = signals;
  }

  toString(): string {
    return this.kind === "fence" || this.kind === "reservation" || this.kind === "ticket"
      ? this.name
      : `${this.kind} "${this.name}"`;
  }
}

// What the kernel's boot primes: fences may be waited for under a reservation, and anything that fences refill taken.
/** Fences: held where one is owed, wanted where one is waited for. */
export const fences: OrderClass = new OrderClass("fence", "fences");
/** The locks of reservations. */
export const reservations: OrderClass = new OrderClass("reservation", "reservations", [fences]);
/** The right to want several reservations. */
export const tickets: OrderClass = new OrderClass("ticket", "tickets for reservations", [reservations]);

/** One thing that is held. */
export interface Held {
  readonly of: OrderClass;
  /** What it is called: the lock's, the reservation's name. */
  readonly name: string;
  /** Where it was taken; null for a fence that is owed, which the present stack shows. */
  readonly site: Site | null;
  /** Of a reservation, or a ticket: which one, and for whom. */
  readonly subject?: object;
  readonly ticket?: ReservationTicket;
}

/** What is held, as messages call it. */
export function nameOfHeld({ of, name }: Held): string {
  if (of === reservations) return `reservation "${name}"`;
  return of === tickets ? `ticket "${name}"` : of.toString();
}
