/**
 * Reservations in the order of wanting: one class for all of them, held by the tasks that their tickets were drawn for.
 *
 * Invariants: several under one ticket are the core's affair (wound/wait); so are those of a ticket within another, whose rings it finds
 * when they close. What is told of here is what goes beyond: reservations among other locks, and two tickets in one task that know
 * nothing of one another.
 */
import type { LockListener } from "../../hooks.ts";
import type { Reservation } from "../../sync/reservation/reservation.ts";
import type { ReservationTicket } from "../../sync/reservation/ticket.ts";
import type { Order, Want } from "./order.ts";
import { reservations, tickets } from "./order-class.ts";
import type { Held, OrderClass } from "./order-class.ts";
import { Site } from "./site.ts";
import { removeHeld } from "./tasks.ts";
import type { Task, Tasks } from "./tasks.ts";

export class ReservationOrder implements LockListener {
  readonly #tasks: Tasks;
  readonly #order: Order;
  /** The task that each ticket wants its reservations for. */
  readonly #ticketTasks = new WeakMap<ReservationTicket, Task>();
  /** Of which it was told that they were drawn in the wrong order: then so is all that is locked under them. */
  readonly #told = new WeakSet<ReservationTicket>();
  /** Whose call has just drawn a ticket, and has not come back yet. */
  #caller: Task | null = null;

  constructor(tasks: Tasks, order: Order) {
    this.#tasks = tasks;
    this.#order = order;
  }

  ticketDrawn(ticket: ReservationTicket, alone: boolean): void {
    this.#caller = this.#tasks.newest;
    if (alone) {
      this.#ticketTasks.set(ticket, this.#tasks.forWantingAlone());
    } else if (ticket._parent === null) {
      const doing = `locking reservations under a ticket of their own ("${ticket.name}")`;
      if (this.#order.want({ of: tickets, name: ticket.name, doing, key: "ticket", rule: null }))
        this.#told.add(ticket);
    }
    this.#taskOf(ticket).held.push({ of: tickets, name: ticket.name, site: Site.here(), subject: ticket, ticket });
  }

  /** What follows in the caller is none of the ticket's: the caller may well go on before it is over. */
  ticketLeft(ticket: ReservationTicket): void {
    if (this.#caller !== null && this.#ticketTasks.has(ticket)) this.#tasks.goBackTo(this.#caller);
    this.#caller = null;
  }

  ticketOver(ticket: ReservationTicket): void {
    this.#release(tickets, ticket, ticket);
  }

  lockWanted(reservation: Reservation, ticket: ReservationTicket): void {
    const name = `reservation "${reservation.name}"`;
    const doing = `locking ${name}`;
    const told = this.#told.has(ticket);
    const want: Want = { of: reservations, name, doing, key: "reservation", rule: "section-lock", told };
    const others = (held: Held): boolean => held.of !== reservations || !isWithin(ticket, held.ticket);
    const task = this.#ticketTasks.get(ticket);
    const { present } = this.#tasks;
    this.#order.want(want, task === undefined || present.isWithin(task) ? present : task, others);
    this.#taskOf(ticket);
  }

  lockTaken(reservation: Reservation, ticket: ReservationTicket): void {
    const { name } = reservation;
    this.#taskOf(ticket).held.push({ of: reservations, name, site: Site.here(), subject: reservation, ticket });
  }

  lockGivenUp(): void {
    // What was wanted in vain was wanted all the same.
  }

  lockReleased(reservation: Reservation, ticket: ReservationTicket): void {
    this.#release(reservations, reservation, ticket);
  }

  ticketWounded(): void {
    // It drops what it has: nothing of the order of classes is in that.
  }

  #taskOf(ticket: ReservationTicket): Task {
    let task = this.#ticketTasks.get(ticket);
    if (task === undefined) {
      task = this.#tasks.forWanting();
      this.#ticketTasks.set(ticket, task);
    }
    return task;
  }

  #release(of: OrderClass, subject: object, ticket: ReservationTicket): void {
    const task = this.#ticketTasks.get(ticket);
    const held = task?.held.find((each) => each.of === of && each.subject === subject && each.ticket === ticket);
    if (task !== undefined && held !== undefined) removeHeld(task, held);
  }
}

function isWithin(ticket: ReservationTicket, other: ReservationTicket | undefined): boolean {
  for (let each: ReservationTicket | null = ticket; each !== null; each = each._parent) if (each === other) return true;
  return false;
}
