/**
 * A locked reservation: the data operations, for as long as the lock is held.
 *
 * States: live -> over, when the lock is released; from then on every call throws EINVAL.
 *
 * Invariants:
 * - R4: `add` can't fail for want of room: `reserve` can, `add` has to have been preceded by it.
 * - R5: what was reserved and not used is gone at the unlock, whatever room the table has.
 * - Every operation is synchronous, and checks before it changes anything. Devices are asked first (F16): one that releases the
 *   lock meanwhile, or has the table exchanged, does so before the change, which finds things as they are then.
 */
import { SignalboxError } from "../../errors.ts";
import type { Fence } from "../../fence/fence.ts";
import { isContainer } from "../../fence/kinds.ts";
import { PUBLISHED } from "../../fence/state.ts";
import { describe } from "../../fence/words.ts";
import { FenceTable } from "./fence-table.ts";
import { UnlockedCursor } from "./iteration.ts";
import type { ReservationEntry } from "./iteration.ts";
import type { Reservation } from "./reservation.ts";
import { BOOKKEEP, rankOf, usageOf } from "./usage.ts";
import type { Usage, UsageRank } from "./usage.ts";

/** How a fence is put into a reservation. */
export interface ReservationAddOptions {
  /**
   * What becomes of an array or a chain (A6). `refuse`: EINVAL, since each of its leaves would take the place of earlier
   * fences of its timeline, which the container as a whole can't. `keep`: it takes one slot until it has signalled, as in the
   * kernel, which warns of it. "refuse" if left out.
   */
  readonly containers?: "refuse" | "keep";
}

/**
 * One reservation under its lock: reserve, add, replace, copy, and iterate over all that is in it. Got from
 * `locks.of(reservation)`; valid until the lock is released, and then every call throws EINVAL.
 *
 * @example
 * ```ts
 * await withReservations([buffer], (locks) => {
 *   const locked = locks.of(buffer);
 *   locked.reserve(1);
 *   locked.add(submit(job)[0], "write");
 * });
 * ```
 */
export class LockedReservation {
  /** The reservation whose lock is held. */
  readonly reservation: Reservation;
  /** How many slots may be in use before the next `reserve`. */
  #reserved = 0;
  #over = false;

  /** @internal Got from `ReservationLocks.of`. */
  constructor(reservation: Reservation) {
    this.reservation = reservation;
  }

  /**
   * R3: makes room for `count` more fences, so that as many calls of `add` can't fail. Reserving again doesn't add up: it
   * is enough for the greater of the two. Growing drops fences that have signalled.
   * Throws RangeError unless `count` is an integer from 1.
   */
  reserve(count: number): void {
    this._check();
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(
        `[Reservation "${this.reservation.name}"] reserves room for 1 fence or more, a whole number (got ${count})`,
      );
    }
    if (this.reservation._table?.hasRoomFor(count) === false) {
      this.reservation._table.ask();
      this._check();
    }
    const table = this.reservation._table?.withRoomFor(count) ?? FenceTable.first(count);
    this.reservation._table = table;
    this.#reserved = Math.max(this.#reserved, table.size + count);
  }

  /**
   * R4: adds a fence. It takes over the first slot whose fence has signalled, or is an earlier one (or the same) of its
   * timeline with the same usage or one that fewer wait for; failing that, a reserved one.
   *
   * Throws EINVAL for a container (add its `leaves`, or say `containers: "keep"`), for a fence that was not submitted, and
   * when a slot is needed and none is reserved.
   *
   * @example `locked.add(fenceArray(parts), "write", { containers: "keep" })`
   */
  add(fence: Fence, usage: Usage, options?: ReservationAddOptions): void {
    this._check();
    const rank = rankOf(usage);
    this.#checkFence(fence, options);
    this.#put(fence, rank);
  }

  #put(fence: Fence, rank: UsageRank): void {
    const table = this.reservation._table;
    const slot = table?.slotFor(fence, rank) ?? -1;
    this._check();
    if (table !== this.reservation._table) this.#put(fence, rank);
    else if (table !== null && slot >= 0) table.set(slot, fence, rank);
    else if (table !== null && table.size < this.#reserved) table.append(fence, rank);
    else {
      throw new SignalboxError(
        "EINVAL",
        `[Reservation "${this.reservation.name}"] has no slot left for ${describe(fence)}: ${table?.size ?? 0} are in use, and none is reserved since the lock was taken`,
      );
    }
  }

  /**
   * @internal `add` for a submission that has published, which nothing may keep from it: asks nobody, checks nothing, and makes
   * room should somebody have used up what was reserved.
   */
  _addPublished(fence: Fence, usage: Usage): void {
    const rank = rankOf(usage);
    const present = this.reservation._table ?? FenceTable.first(1);
    const slot = present.knownSlotFor(fence, rank);
    const table = slot >= 0 ? present : present.withRoomFor(1);
    if (slot >= 0) table.set(slot, fence, rank);
    else table.append(fence, rank);
    this.reservation._table = table;
  }

  /**
   * R6: puts this fence with this usage in the place of every fence of a timeline, whatever their usages; does nothing if
   * there is none. For a fence that is done no earlier than those that it stands for. Throws EINVAL as `add` does.
   */
  replace(context: number, fence: Fence, usage: Usage, options?: ReservationAddOptions): void {
    this._check();
    const rank = rankOf(usage);
    this.#checkFence(fence, options);
    this.reservation._table?.replaceAll(context, fence, rank);
  }

  /**
   * R10: takes over the fences of another reservation that have not signalled, with their usages, and drops its own.
   * The other need not be locked. What was reserved before is used up.
   */
  copyFrom(source: Reservation): void {
    this._check();
    const cursor = new UnlockedCursor(source, BOOKKEEP);
    let copy: FenceTable | null = null;
    for (let fence = cursor.next(); fence !== null; fence = cursor.next()) {
      if (copy === null || cursor.restarted) copy = new FenceTable(cursor.size);
      copy.append(fence, cursor.usage);
    }
    this._check();
    this.reservation._table = copy;
    this.#reserved = 0;
  }

  /** R7: what is in the reservation at this usage and those before it, in the order of the slots; fences that have signalled too. */
  entries(usage: Usage = "bookkeep"): readonly ReservationEntry[] {
    this._check();
    const limit = rankOf(usage);
    const entries: ReservationEntry[] = [];
    const table = this.reservation._table;
    for (let slot = 0; table !== null && slot < table.size; slot++) {
      const rank = table.usageAt(slot);
      if (rank <= limit) entries.push({ fence: table.fenceAt(slot), usage: usageOf(rank) });
    }
    return entries;
  }

  /** @internal The lock is released (R5). */
  _end(): void {
    this.#over = true;
  }

  /** @internal Throws EINVAL once the lock was released. */
  _check(): void {
    if (this.#over) {
      throw new SignalboxError(
        "EINVAL",
        `[Reservation "${this.reservation.name}"] was unlocked: what was got from these locks is valid only while they are held`,
      );
    }
  }

  #checkFence(fence: Fence, options: ReservationAddOptions | undefined): void {
    if (isContainer(fence) && options?.containers !== "keep") {
      throw new SignalboxError(
        "EINVAL",
        `[Reservation "${this.reservation.name}"] takes single fences: add each of the leaves of the ${fence.kind} ${describe(fence)}, or say containers: "keep"`,
      );
    }
    if (fence._state < PUBLISHED) {
      throw new SignalboxError("EINVAL", `${describe(fence)} was not submitted, so nothing will signal it`);
    }
  }
}
