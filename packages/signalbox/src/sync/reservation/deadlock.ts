/**
 * Deadlocks that wound/wait can't resolve: those through bodies that wait for other bodies.
 *
 * A ticket whose body calls `withReservations` in turn waits for the inner ticket, and can't give up its own locks
 * meanwhile. So there are two kinds of edges: a ticket waits for the holder of each lock that it wants, and for each of its
 * children. It needs all of them, so a ring of edges doesn't dissolve by itself.
 *
 * Invariant W6: no wait begins, and no lock is handed on, such that a ring closes. While no ticket is open inside another
 * there can be none (W4), and nothing is looked for.
 */
import { SignalboxError } from "../../errors.ts";
import type { Reservation } from "./reservation.ts";
import type { ReservationTicket } from "./ticket.ts";

/** How many tickets are open inside another. */
let nested = 0;

/** The body of the ticket's parent waits for it from now on, until {@link leaveParent}. */
export function enterParent(ticket: ReservationTicket): void {
  if (ticket._parent === null) return;
  (ticket._parent._children ??= new Set()).add(ticket);
  nested++;
}

export function leaveParent(ticket: ReservationTicket): void {
  if (ticket._parent?._children?.delete(ticket) === true) nested--;
}

/** Whether a ring is possible at all. */
export function anyNested(): boolean {
  return nested > 0;
}

/** What is wrong with a wait of this ticket for the lock of this reservation; null if it closes no ring. */
export function deadlockError(ticket: ReservationTicket, wanted: Reservation): SignalboxError | null {
  const holder = wanted._lock.holder;
  if (!anyNested() || holder === null) return null;
  const ring = ringOf(ticket, holder);
  if (ring === null) return null;
  const words = ring.map((edge) => `which waits for ${edge}`).join(", ");
  return new SignalboxError(
    "EDEADLK",
    `"${ticket.name}" would wait for ever for the lock of [Reservation "${wanted.name}"]: it is held by "${holder.name}", ${words}`,
  );
}

/** How a ticket was reached. */
interface Step {
  readonly from: ReservationTicket | null;
  readonly edge: string;
}

// The edges that lead from the holder back to the waiter, in words; null if none do.
function ringOf(waiter: ReservationTicket, holder: ReservationTicket): readonly string[] | null {
  const reached = new Map<ReservationTicket, Step>([[holder, { from: null, edge: "" }]]);
  // Breadth first: a map delivers what is added to it while it is walked.
  for (const ticket of reached.keys()) {
    if (ticket === waiter) return edgesTo(waiter, reached);
    const reach = (next: ReservationTicket, edge: string): void => {
      if (!reached.has(next)) reached.set(next, { from: ticket, edge });
    };
    // W4: a holder younger than the waiter will be refused the locks that it waits for.
    const refused = ticket === holder && holder.age > waiter.age;
    for (const { reservation } of refused ? [] : ticket._waits) {
      const next = reservation._lock.holder;
      if (next !== null) reach(next, `[Reservation "${reservation.name}"], held by "${next.name}"`);
    }
    for (const child of ticket._children ?? []) reach(child, `"${child.name}", called in its body`);
  }
  return null;
}

function edgesTo(last: ReservationTicket, reached: ReadonlyMap<ReservationTicket, Step>): readonly string[] {
  const edges: string[] = [];
  for (let step = reached.get(last); step !== undefined && step.from !== null; step = reached.get(step.from)) {
    edges.push(step.edge);
  }
  return edges.reverse();
}
