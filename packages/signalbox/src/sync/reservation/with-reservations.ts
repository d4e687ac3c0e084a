/**
 * Locking several reservations together (R11; what drm_exec is to the kernel).
 *
 * A ticket is drawn for each call, and keeps its age until the call is over. What is refused to it makes it drop
 * everything, wait for what was refused with empty hands, and begin again; it grows older meanwhile, so that it neither
 * starves nor runs in circles with others.
 *
 * Invariants: whatever way a call ends, it leaves no lock, no wait and no listener. A body is never called before the call
 * that it was given to has returned.
 */
import { SignalboxError } from "../../errors.ts";
import { hooks } from "../../hooks.ts";
import { enterParent, leaveParent } from "./deadlock.ts";
import { ReservationLocks } from "./locks.ts";
import { ReservationLoopLocks } from "./loop-locks.ts";
import type { Reservation } from "./reservation.ts";
import { ReservationTicket } from "./ticket.ts";

/** How reservations are locked. */
export interface LockOptions {
  /** Ends the waiting for locks with its reason; what the body does meanwhile is the body's own affair. */
  readonly signal?: AbortSignal;
  /** What messages call the ticket; its number if left out. */
  readonly name?: string;
  /**
   * The locks that the caller holds while it waits for this call, so that a deadlock through both is found: those of the
   * body that makes this call before its first `await`, if left out. `null` for a call that no body waits for.
   */
  readonly within?: ReservationLocks | null;
}

/** The locks whose body is on the stack. */
let running: ReservationLocks | null = null;

/**
 * Locks all the reservations, calls the body with the locks, and releases them when it is done, in whatever way; answers
 * what it answers. In any order; duplicates count once.
 *
 * A body that locks more must name what it holds (`within`): two calls that hold what the other wants can't be resolved
 * by any order, so the one that would close the ring rejects with EDEADLK, and a message that names both sides. To add to
 * the same locks, use {@link withReservationLoop}.
 *
 * Rejects with the signal's reason when aborted before it has all the locks. Throws EINVAL when `within` was released.
 *
 * @example
 * ```ts
 * await withReservations([source, target], (locks) => {
 *   locks.of(target).reserve(1);
 *   locks.of(target).add(done, "write");
 * }, { signal });
 * ```
 */
export function withReservations<T>(
  reservations: Iterable<Reservation>,
  body: (locks: ReservationLocks) => T | PromiseLike<T>,
  options: LockOptions = {},
): Promise<T> {
  const wanted = new Set(reservations);
  return asTicket(options, async (ticket) => {
    const locks = await takeAll(ticket, wanted, options.signal);
    try {
      return await callBody(locks, body);
    } finally {
      locks.release();
    }
  });
}

/**
 * Locks reservations one after the other, as the body finds out which it needs: with `locks.lock(reservation)`.
 *
 * When an older ticket wants one of its locks, `lock` rejects with EDEADLK; the body lets that pass, everything is
 * released, and **the body is called again from its start**, with new locks. So until it has its last lock, a body must do
 * nothing that it can't do twice. Otherwise as {@link withReservations}.
 *
 * @example
 * ```ts
 * await withReservationLoop(async (locks) => {
 *   const page = await locks.lock(table);
 *   const owner = ownerOf(table);
 *   const target = await locks.lock(owner.reservation);
 *   // From here on nothing is refused.
 *   target.reserve(1);
 *   target.add(done, "write");
 * });
 * ```
 */
export function withReservationLoop<T>(
  body: (locks: ReservationLoopLocks) => T | PromiseLike<T>,
  options: LockOptions = {},
): Promise<T> {
  return asTicket(options, async (ticket) => {
    await Promise.resolve(); // Not before the call has returned.
    for (let contended: Reservation | null = null; ; contended = ticket._heal()) {
      const locks = new ReservationLoopLocks(ticket, options.signal);
      try {
        if (contended !== null) await locks._prelock(contended);
        const value = await callBody(locks, body);
        if (ticket._contended === null) return value;
      } catch (error) {
        if (ticket._contended === null) throw error;
      } finally {
        locks.release();
      }
    }
  });
}

/**
 * Locks all the reservations if all are free, without waiting; null if somebody holds one (its `holder` says who). To be
 * released before anything is awaited: who waits for them doesn't hurry their holder.
 *
 * @example
 * ```ts
 * using locks = tryLockAll([source, target]);
 * if (locks === null) return;
 * ```
 */
export function tryLockAll(
  reservations: Iterable<Reservation>,
  options: { readonly name?: string } = {},
): ReservationLocks | null {
  const wanted = new Set(reservations);
  for (const reservation of wanted) if (reservation._lock.holder !== null) return null;
  const locks = new ReservationLocks(new ReservationTicket(options.name, null));
  for (const reservation of wanted) reservation._lock.tryTake(locks);
  return locks;
}

// The ticket of one call, from its draw to its end.
function asTicket<T>(options: LockOptions, use: (ticket: ReservationTicket) => Promise<T>): Promise<T> {
  const ticket = new ReservationTicket(options.name, parentOf(options.within));
  enterParent(ticket);
  if (hooks.lockdep !== null) hooks.lockdep.ticketDrawn(ticket, options.within === null);
  const done = use(ticket).finally(() => {
    leaveParent(ticket);
    if (hooks.lockdep !== null) hooks.lockdep.ticketOver(ticket);
  });
  if (hooks.lockdep !== null) hooks.lockdep.ticketLeft(ticket);
  return done;
}

function parentOf(within: ReservationLocks | null | undefined): ReservationTicket | null {
  if (within?.released === true) {
    throw new SignalboxError("EINVAL", `The locks of "${within.ticket.name}" were released: nothing is within them`);
  }
  return (within === undefined ? running : within)?.ticket ?? null;
}

async function takeAll(
  ticket: ReservationTicket,
  wanted: ReadonlySet<Reservation>,
  signal: AbortSignal | undefined,
): Promise<ReservationLocks> {
  for (let contended: Reservation | null = null; ;) {
    const locks = new ReservationLocks(ticket);
    try {
      if (contended !== null) await contended._lock.take(locks, signal);
      for (const reservation of wanted) {
        if (locks.has(reservation)) continue;
        const wait = reservation._lock.take(locks, signal);
        if (wait !== null) await wait;
      }
      return locks;
    } catch (error) {
      locks.release();
      contended = ticket._heal();
      if (contended === null) throw error;
    }
  }
}

function callBody<Locks extends ReservationLocks, T>(
  locks: Locks,
  body: (locks: Locks) => T | PromiseLike<T>,
): T | PromiseLike<T> {
  const before = running;
  running = locks;
  try {
    return body(locks);
  } finally {
    running = before;
  }
}
