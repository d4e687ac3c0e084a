/**
 * The software timeline: a counter that a program advances, and fences that signal when it reaches them (SW1).
 *
 * States: open -> closed (makes no more fences; those that were not reached have signalled with ENOENT).
 *
 * Invariants:
 * - The counter is a u32 and wraps around; who is reached is compared as F7 does, so that half of the numbers are ahead.
 * - A fence that is ahead is there once for each number; one that was reached already is born signalled, and is its own.
 * - Fences signal in the order of their numbers, in one delivery for each advance.
 *
 * It is for tests and for programs that have no hardware: a number nobody advances to is a promise that nobody keeps.
 */
import { SignalboxError, errno } from "../errors.ts";
import { deliver } from "../fence/delivery.ts";
import type { DriverFence } from "../fence/driver-fence.ts";
import type { Fence } from "../fence/fence.ts";
import { ForeignTimeline } from "../fence/foreign-timeline.ts";
import type { FenceOps } from "../fence/ops-fence.ts";
import type { Platform } from "../platform/platform.ts";

/** How a software timeline is made. */
export interface SoftwareTimelineOptions {
  /** The name of what drives it; "sw_sync" if left out, as in the kernel. */
  readonly driver?: string;
  /** Where its clock comes from; the real one if left out. */
  readonly platform?: Platform;
}

/** The furthest that the counter goes in one step without passing fences by: half of the numbers are behind it (F7). */
const STEP = 0x7fff_ffff;

/** The earliest deadline hint of each fence that a software timeline has made; undefined if nobody gave one. */
const deadlines = new WeakMap<Fence, number | undefined>();

/** F28: the earliest hint is kept. */
const ops: FenceOps = {
  setDeadline: (fence, time) => {
    const before = deadlines.get(fence);
    if (before === undefined || time < before) deadlines.set(fence, time);
  },
};

/**
 * A timeline that signals because somebody counts.
 *
 * @example
 * ```ts
 * const steps = new SoftwareTimeline("steps");
 * const third = steps.fence(3);
 * steps.advance(3); // third signals
 * ```
 */
export class SoftwareTimeline {
  readonly #timeline: ForeignTimeline;
  /** Those that are ahead, nearest first. */
  readonly #ahead: DriverFence[] = [];
  #value = 0;
  #closed = false;

  constructor(name: string, options: SoftwareTimelineOptions = {}) {
    this.#timeline = new ForeignTimeline(name, { driver: "sw_sync", bits: 32, ...options });
  }

  /** Its name. */
  get name(): string {
    return this.#timeline.name;
  }

  /** The id of its timeline: what `fence.context` says. */
  get context(): number {
    return this.#timeline.context;
  }

  /** How far it has come: from 0 to 2^32 - 1. */
  get value(): number {
    return this.#value;
  }

  /**
   * The fence that signals when the counter reaches the value: the same for the same value, as long as it is ahead; a new one
   * that has signalled if it is not (F7). Throws EINVAL on a closed timeline, RangeError for a number that is no u32.
   *
   * @example `const third = steps.fence(3)`
   */
  fence(value: number): Fence {
    checkU32("value", value);
    if (this.#closed)
      throw new SignalboxError("EINVAL", `[SoftwareTimeline "${this.name}"] is closed and makes no more fences`);
    const distance = this.#distance(value);
    if (distance === 0 || distance > STEP) {
      const reached = this.#make(value);
      reached.signal();
      return reached.fence;
    }
    const place = this.#placeOf(distance);
    const there = this.#ahead[place];
    if (there?.fence.seqno === value) return there.fence;
    const made = this.#make(value);
    this.#ahead.splice(place, 0, made);
    return made.fence;
  }

  /**
   * Advances the counter by `count`, 1 if left out, around the end of the numbers if need be; every fence that it reaches or
   * passes signals, nearest first. Throws EINVAL on a closed timeline, RangeError for a number that is no u32.
   *
   * @example `steps.advance(2)`
   */
  advance(count: number = 1): void {
    checkU32("count", count);
    if (this.#closed)
      throw new SignalboxError("EINVAL", `[SoftwareTimeline "${this.name}"] is closed and counts no further`);
    deliver(() => {
      for (let left = count; left > 0; left -= STEP) this.#step(Math.min(left, STEP));
    });
  }

  /** Makes no more fences; those that were not reached signal with ENOENT. A second call changes nothing. */
  close(): void {
    this.#closed = true;
    deliver(() => {
      for (const fence of this.#ahead.splice(0)) fence.fail(errno.ENOENT);
    });
  }

  /**
   * F28: by when somebody wants a fence of a software timeline, in ms on its platform's clock: the earliest hint.
   * Throws EINVAL for any other fence, ENOENT if nobody gave a hint.
   */
  static deadlineOf(fence: Fence): number {
    const time = deadlines.get(fence);
    if (time !== undefined) return time;
    if (!deadlines.has(fence))
      throw new SignalboxError("EINVAL", `${fence.timelineName}:${fence.seqno} is no fence of a software timeline`);
    throw new SignalboxError("ENOENT", `Nobody has given a deadline for ${fence.timelineName}:${fence.seqno}`);
  }

  #make(value: number): DriverFence {
    const made = this.#timeline.fence(value, ops);
    deadlines.set(made.fence, undefined);
    return made;
  }

  #step(count: number): void {
    const reached = this.#placeOf(count + 1);
    this.#value = (this.#value + count) >>> 0;
    for (const fence of this.#ahead.splice(0, reached)) fence.signal();
  }

  #distance(value: number): number {
    return (value - this.#value) >>> 0;
  }

  // The place of the first fence that is at least this far ahead.
  #placeOf(distance: number): number {
    let low = 0;
    let high = this.#ahead.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#distance(this.#ahead[middle]!.fence.seqno) < distance) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function checkU32(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`The ${what} is an integer from 0 to 4294967295 (got ${value})`);
  }
}
