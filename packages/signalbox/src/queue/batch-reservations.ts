/**
 * The reservations that the jobs of one batch use: locked for the submission, with room for the jobs' fences, and with what
 * earlier jobs of the batch will add counted as added.
 *
 * States of one reservation: untouched -> held (locked) -> reserved -> published (the fences are added); or dropped before that, and
 * then nothing in it has changed. Both end with the lock as it was before.
 *
 * Invariants:
 * - R4: room is reserved when everything is armed and may still be taken back, so that adding the fences can't fail.
 * - A lock that the caller holds is used and stays the caller's; one that nobody holds is taken for the time of the
 *   submission; one that somebody else holds is EBUSY: a submission can't wait.
 * - What has signalled is not looked at, failed or not: a reservation remembers a fence only until it signals (R7), and a job that
 *   writes a buffer anew must not fail since the one before it did.
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import type { FenceSource } from "../fence/source.ts";
import type { LockedReservation } from "../sync/reservation/locked.ts";
import type { ReservationLocks } from "../sync/reservation/locks.ts";
import type { Reservation, ReservationAt } from "../sync/reservation/reservation.ts";
import { rankOf, usageToWaitFor } from "../sync/reservation/usage.ts";
import type { Usage } from "../sync/reservation/usage.ts";
import type { Use } from "./extras.ts";
import type { Job } from "./job.ts";

interface Addition {
  readonly job: Job;
  readonly usage: Usage;
}

interface Held {
  readonly locked: LockedReservation;
  /** In batch order. */
  readonly additions: Addition[];
}

export class BatchReservations {
  readonly #callers: ReservationLocks | undefined;
  /** Taken for this submission; null until the first is. */
  #own: ReservationLocks | null = null;
  readonly #held = new Map<Reservation, Held>();

  constructor(callers: ReservationLocks | undefined) {
    this.#callers = callers;
  }

  /** Locks it, and appends what a job that uses it so has to wait for (R2). Throws EBUSY. */
  prepare({ reservation, write }: Use, found: Fence[]): void {
    const held = this.#hold(reservation);
    const usage = usageToWaitFor(write);
    for (const { fence } of held.locked.entries(usage)) if (!fence.signalled) found.push(fence);
    appendMates(held, usage, found);
  }

  /** The job will be armed: those after it in the batch wait for it. Can't fail. */
  note({ reservation, write }: Use, job: Job): void {
    this.#held.get(reservation)?.additions.push({ job, usage: write ? "write" : "read" });
  }

  /** What earlier jobs of the batch will add, where a source is a reservation at a usage. */
  appendMates(source: FenceSource, found: Fence[]): void {
    const { reservation, usage } = source as Partial<ReservationAt>;
    if (reservation === undefined || usage === undefined) return;
    const held = this.#held.get(reservation);
    if (held !== undefined) appendMates(held, usage, found);
  }

  /** Before the publishing: makes room for all that will be added. Throws EINVAL if the caller's locks were released. */
  reserve(): void {
    for (const { locked, additions } of this.#held.values()) if (additions.length > 0) locked.reserve(additions.length);
    // An issuer that was asked for one may have released the locks of those before it.
    for (const { locked } of this.#held.values()) locked._check();
  }

  /** Can't fail, and asks nobody. */
  publish(): void {
    try {
      for (const { locked, additions } of this.#held.values()) {
        for (const { job, usage } of additions) locked._addPublished(job, usage);
      }
    } finally {
      this.drop();
    }
  }

  /** Gives back what was taken. */
  drop(): void {
    this.#own?.release();
  }

  #hold(reservation: Reservation): Held {
    const present = this.#held.get(reservation);
    if (present !== undefined) return present;
    const held: Held = { locked: this.#lock(reservation), additions: [] };
    this.#held.set(reservation, held);
    return held;
  }

  #lock(reservation: Reservation): LockedReservation {
    if (this.#callers?.has(reservation) === true) return this.#callers.of(reservation);
    const own = reservation._tryLockFor(this.#own);
    if (own === null) {
      throw new SignalboxError(
        "EBUSY",
        `[Reservation "${reservation.name}"] is locked by "${reservation.holder ?? ""}": who holds its lock submits with it (\`{ locks }\`)`,
      );
    }
    this.#own = own;
    return own.of(reservation);
  }
}

function appendMates({ additions }: Held, usage: Usage, found: Fence[]): void {
  for (const each of additions) if (rankOf(each.usage) <= rankOf(usage)) found.push(each.job);
}
