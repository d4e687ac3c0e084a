/**
 * The fence table: the slots of one reservation, each a fence and its usage, with the kernel's sizes.
 *
 * A table is never emptied and never shrinks: a slot is reused when its fence has signalled or a later one stands for it.
 * Growing makes a new table without what has signalled, so that an unlocked iteration can tell by the table's identity that
 * it has to begin again (R7).
 *
 * Invariants: R3: sizes go by the kernel's allocator, since they decide when signalled fences are dropped, and that can be
 * seen. R4: the order of slots is the order of iteration; a fence that takes over a slot takes its place.
 *
 * Only a `Reservation` has one; changing it needs the lock, which is checked there.
 */
import type { Fence } from "../../fence/fence.ts";
import { isLater } from "../../fence/order.ts";
import { SIGNALLED } from "../../fence/state.ts";
import type { UsageRank } from "./usage.ts";

export class FenceTable {
  /** How many slots there are, in use or not. */
  readonly capacity: number;
  readonly #fences: Fence[] = [];
  readonly #usages: UsageRank[] = [];

  /** Room for `count` fences at least. */
  constructor(count: number) {
    this.capacity = capacityFor(count);
  }

  /** How many slots are in use, those of signalled fences included. */
  get size(): number {
    return this.#fences.length;
  }

  fenceAt(slot: number): Fence {
    return this.#fences[slot]!;
  }

  usageAt(slot: number): UsageRank {
    return this.#usages[slot]!;
  }

  /** R4: the first slot that the fence may take over, or -1. Asks devices, up to that slot, whether they are past its fence. */
  slotFor(fence: Fence, usage: UsageRank): number {
    const fences = this.#fences;
    for (let slot = 0; slot < fences.length; slot++) {
      const old = fences[slot]!;
      if (this.#supersedes(fence, usage, old, slot)) return slot;
      // The device may have had another fence put there when it was asked.
      if (old.signalled && fences[slot] === old) return slot;
    }
    return -1;
  }

  /** The same, going by what is known: asks nobody. */
  knownSlotFor(fence: Fence, usage: UsageRank): number {
    return this.#fences.findIndex((old, slot) => this.#supersedes(fence, usage, old, slot) || old._state === SIGNALLED);
  }

  /** Asks the devices of all fences whether they are past them (F16). */
  ask(): void {
    this.#fences.forEach((fence) => fence.signalled);
  }

  set(slot: number, fence: Fence, usage: UsageRank): void {
    this.#fences[slot] = fence;
    this.#usages[slot] = usage;
  }

  append(fence: Fence, usage: UsageRank): void {
    this.set(this.#fences.length, fence, usage);
  }

  /** R6: every slot of the timeline gets this fence and this usage, so that it may be there several times. */
  replaceAll(context: number, fence: Fence, usage: UsageRank): void {
    for (let slot = 0; slot < this.#fences.length; slot++) {
      if (this.#fences[slot]!.context === context) this.set(slot, fence, usage);
    }
  }

  /** Whether `count` more fit in. */
  hasRoomFor(count: number): boolean {
    return this.size + count <= this.capacity;
  }

  /** R3: a table with room for `count` more: this one, or a larger one without what is known to have signalled: asks nobody. */
  withRoomFor(count: number): FenceTable {
    if (this.hasRoomFor(count)) return this;
    const larger = new FenceTable(Math.max(this.size + count, this.capacity * 2));
    for (let slot = 0; slot < this.size; slot++) {
      const fence = this.fenceAt(slot);
      if (fence._state !== SIGNALLED) larger.append(fence, this.usageAt(slot));
    }
    return larger;
  }

  /** The first table of a reservation, with room for `count`. */
  static first(count: number): FenceTable {
    return new FenceTable(Math.max(4, powerOfTwoFrom(count)));
  }

  // Who waits for the old fence at the old usage must find the new one: a later fence, or the same, as visible or more so.
  #supersedes(fence: Fence, usage: UsageRank, old: Fence, slot: number): boolean {
    return old.context === fence.context && this.#usages[slot]! >= usage && (fence === old || isLater(fence, old));
  }
}

const HEADER_BYTES = 24;
const SLOT_BYTES = 8;

/**
 * How many slots the kernel gets when it asks for `count`: its allocator rounds the bytes up to one of its own sizes, and
 * the table uses all of them. So 4 become 5, and doubling goes on to 13, 29, 61.
 */
function capacityFor(count: number): number {
  return (allocatedBytes(HEADER_BYTES + SLOT_BYTES * count) - HEADER_BYTES) / SLOT_BYTES;
}

// The allocator's sizes are the powers of two, and 96 and 192.
function allocatedBytes(bytes: number): number {
  if (bytes > 64 && bytes <= 96) return 96;
  if (bytes > 128 && bytes <= 192) return 192;
  return powerOfTwoFrom(bytes);
}

function powerOfTwoFrom(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}
