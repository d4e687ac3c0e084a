/**
 * Iteration over a reservation's fences without its lock (R7), as everything that only looks does it.
 *
 * Between two steps the reservation may change. Slots that change in place are seen as they are by then; a table that was
 * exchanged makes the iteration begin again, and whoever collects what it delivers drops what it has.
 *
 * Invariant: a signalled fence is never delivered. Every fence that is passed is asked, at whatever usage it is: that may
 * signal it (F16).
 */
import type { Fence } from "../../fence/fence.ts";
import type { FenceTable } from "./fence-table.ts";
import { KERNEL, usageOf } from "./usage.ts";
import type { Usage, UsageRank } from "./usage.ts";

/** A fence of a reservation, and what it stands for there. */
export interface ReservationEntry {
  readonly fence: Fence;
  readonly usage: Usage;
}

/** What an iteration without the lock delivers. */
export interface UnlockedEntry extends ReservationEntry {
  /** The iteration has begun, or begun again: whatever it delivered before no longer counts. */
  readonly restarted: boolean;
}

/** Where the table is found at each step. */
export interface TableOwner {
  /** @internal Null while nothing was ever reserved. */ readonly _table: FenceTable | null;
}

export class UnlockedCursor {
  readonly #owner: TableOwner;
  readonly #limit: UsageRank;
  #table: FenceTable | null = null;
  #slot = 0;
  /** How many slots were in use when the present pass began; later ones are not part of it. */
  size = 0;
  /** Whether the fence that was delivered last is the first of a pass. */
  restarted = true;
  /** The usage of the fence that was delivered last. */
  usage: UsageRank = KERNEL;

  constructor(owner: TableOwner, limit: UsageRank) {
    this.#owner = owner;
    this.#limit = limit;
    this.#begin();
  }

  /** The next fence that has not signalled, or null at the end. */
  next(): Fence | null {
    this.restarted = this.#slot === 0;
    for (;;) {
      if (this.#owner._table !== this.#table) this.#begin();
      const fence = this.#walk();
      // A device that was asked on the way may have had the table exchanged.
      if (this.#owner._table === this.#table) return fence;
    }
  }

  #begin(): void {
    this.#table = this.#owner._table;
    this.#slot = 0;
    this.size = this.#table?.size ?? 0;
    this.restarted = true;
  }

  #walk(): Fence | null {
    const table = this.#table;
    while (table !== null && this.#slot < this.size) {
      const slot = this.#slot++;
      const fence = table.fenceAt(slot);
      const usage = table.usageAt(slot);
      if (fence.signalled || usage > this.#limit) continue;
      this.usage = usage;
      return fence;
    }
    return null;
  }
}

/** The same for a `for` loop of a program. */
export function* unlockedEntries(owner: TableOwner, limit: UsageRank): Generator<UnlockedEntry, void, undefined> {
  const cursor = new UnlockedCursor(owner, limit);
  for (let fence = cursor.next(); fence !== null; fence = cursor.next()) {
    yield { fence, usage: usageOf(cursor.usage), restarted: cursor.restarted };
  }
}
