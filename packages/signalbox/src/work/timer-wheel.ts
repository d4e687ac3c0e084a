/**
 * The timer wheel: many timers that are set and taken back often and fire seldom, over one timer of the platform.
 *
 * Four wheels of 64 slots, of 1 ms, 64 ms, 4 s and 4 min each: a timer is put into the slot of the finest wheel that reaches
 * it, and moves on to a finer one when that slot's time has come. So setting one and taking it back cost the same
 * however many there are.
 *
 * States of a timer: idle -> set (in one slot) -> idle, by firing or by `stop`. States of the wheel: empty -> waiting (one timer
 * of the platform, due no later than the first of its own) -> firing -> waiting or empty.
 *
 * Invariants:
 * - A timer fires once for each time that it is set, not before its time, and up to 1 ms after it by the platform's clock.
 * - What fires together fires in the order of its times, in slots of 1 ms. A callback may set and stop any timer.
 * - The platform's timer is kept beyond its use, and then holds no process back: setting and stopping one timer over and over asks
 *   nothing of the platform.
 */
import type { Platform, Timer } from "../platform/platform.ts";
import { throwLater } from "../platform/throw-later.ts";

const BITS = 6;
const SLOTS = 1 << BITS;
const MASK = SLOTS - 1;
const LEVELS = 4;
/** As far ahead as the coarsest wheel reaches, in ticks; what is later is put there and looked at again. */
const REACH = 2 ** (BITS * LEVELS) - 1;

/** One timer of a wheel: made once, set as often as needed. */
export class WheelTimer {
  /** @internal */ readonly _callback: () => void;
  /** @internal */ _tick = 0;
  /** @internal Where it is; null while idle. */ _slot: Slot | null = null;
  /** @internal */ _next: WheelTimer | null = null;
  /** @internal */ _previous: WheelTimer | null = null;
  readonly #wheel: TimerWheel;

  /** The callback runs outside every section; what it throws is thrown again in a microtask of its own. */
  constructor(wheel: TimerWheel, callback: () => void) {
    this.#wheel = wheel;
    this._callback = callback;
  }

  /** Whether it is going to fire. */
  get set(): boolean {
    return this._slot !== null;
  }

  /** Fires at this time, in ms on the platform's clock, or soon if that has passed; instead of any time before. */
  start(at: number): void {
    this.#wheel._set(this, at);
  }

  /** Doesn't fire. */
  stop(): void {
    this.#wheel._take(this);
  }
}

/** The timers of one slot, in the order in which they came. */
interface Slot {
  first: WheelTimer | null;
  last: WheelTimer | null;
}

/** See the head of this file. */
export class TimerWheel {
  readonly #platform: Platform;
  readonly #origin: number;
  readonly #levels: readonly (readonly Slot[])[];
  /** Everything up to this tick has fired. */
  #tick = 0;
  #count = 0;
  #timer: Timer | undefined;
  /** The tick that the platform's timer is for. */
  #wakes = Infinity;
  #firing = false;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#origin = platform.now();
    this.#levels = Array.from({ length: LEVELS }, () =>
      Array.from({ length: SLOTS }, (): Slot => ({ first: null, last: null })),
    );
  }

  /** @internal */
  _set(timer: WheelTimer, at: number): void {
    this._take(timer);
    if (this.#count === 0 && !this.#firing) this.#catchUp();
    timer._tick = Math.max(Math.ceil(at - this.#origin), this.#tick + 1);
    this.#put(timer);
    this.#count++;
    if (!this.#firing) this.#wakeBy(timer._tick);
  }

  /** @internal */
  _take(timer: WheelTimer): void {
    if (timer._slot === null) return;
    unlink(timer);
    this.#count--;
    if (this.#count === 0 && !this.#firing) this.#rest();
  }

  // Nothing is set, so nothing is skipped: the ticks that have passed needn't be gone through.
  #catchUp(): void {
    this.#tick = Math.max(this.#tick, Math.floor(this.#platform.now() - this.#origin));
  }

  #put(timer: WheelTimer): void {
    const ahead = Math.min(timer._tick - this.#tick, REACH);
    let level = 0;
    while (ahead >= 2 ** (BITS * (level + 1))) level++;
    // Not by shifts of the tick itself, which has more than 32 bits after 24 days.
    const place = Math.floor((this.#tick + ahead) / 2 ** (BITS * level)) % SLOTS;
    append(this.#levels[level]![place]!, timer);
  }

  #wakeBy(tick: number): void {
    if (this.#timer !== undefined && this.#wakes <= tick) {
      if (this.#count === 1) this.#platform.holdTimer?.(this.#timer, true);
      return;
    }
    if (this.#timer !== undefined) this.#platform.clearTimer(this.#timer);
    this.#wakes = tick;
    this.#timer = this.#platform.setTimer(
      () => {
        this.#timer = undefined;
        this.#wakes = Infinity;
        this.#fire();
      },
      Math.max(0, this.#origin + tick - this.#platform.now()),
    );
  }

  // Empty: the platform's timer, if it can be told to hold nothing back, is kept for the next one.
  #rest(): void {
    if (this.#timer === undefined) return;
    if (this.#platform.holdTimer !== undefined) {
      this.#platform.holdTimer(this.#timer, false);
      return;
    }
    this.#platform.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#wakes = Infinity;
  }

  #fire(): void {
    const now = Math.floor(this.#platform.now() - this.#origin);
    this.#firing = true;
    for (let tick = this.#nextTick(); tick <= now; tick = this.#nextTick()) {
      this.#tick = tick;
      this.#cascade();
      this.#fireSlot(this.#levels[0]![tick & MASK]!);
    }
    this.#tick = Math.max(this.#tick, now);
    this.#firing = false;
    if (this.#count > 0) this.#wakeBy(this.#nextTick());
  }

  // A callback may set timers: none of them for this tick. And it may stop those that are still in the slot.
  #fireSlot(slot: Slot): void {
    for (let timer = slot.first; timer !== null; timer = slot.first) {
      unlink(timer);
      this.#count--;
      try {
        timer._callback();
      } catch (error) {
        throwLater(this.#platform, error);
      }
    }
  }

  // The slots of coarser wheels that begin at this tick: what is in them is nearer now.
  #cascade(): void {
    for (let level = LEVELS - 1; level > 0; level--) {
      const width = 2 ** (BITS * level);
      if (this.#tick % width !== 0) continue;
      const slot = this.#levels[level]![(this.#tick / width) % SLOTS]!;
      let timer = slot.first;
      slot.first = slot.last = null;
      while (timer !== null) {
        const next: WheelTimer | null = timer._next;
        timer._next = timer._previous = timer._slot = null;
        if (timer._tick <= this.#tick) append(this.#levels[0]![this.#tick & MASK]!, timer);
        else this.#put(timer);
        timer = next;
      }
    }
  }

  /** The next tick at which something is to be done: a timer fires, or a coarser slot begins. Infinity if there is none. */
  #nextTick(): number {
    let next = Infinity;
    for (let level = 0; level < LEVELS; level++) {
      const width = 2 ** (BITS * level);
      const turn = Math.floor(this.#tick / width);
      const slots = this.#levels[level]!;
      for (let ahead = 1; ahead <= SLOTS; ahead++) {
        if (slots[(turn + ahead) % SLOTS]!.first === null) continue;
        next = Math.min(next, (turn + ahead) * width);
        break;
      }
    }
    return next;
  }
}

function append(slot: Slot, timer: WheelTimer): void {
  timer._slot = slot;
  timer._previous = slot.last;
  if (slot.last === null) slot.first = timer;
  else slot.last._next = timer;
  slot.last = timer;
}

function unlink(timer: WheelTimer): void {
  const slot = timer._slot!;
  if (timer._previous === null) slot.first = timer._next;
  else timer._previous._next = timer._next;
  if (timer._next === null) slot.last = timer._previous;
  else timer._next._previous = timer._previous;
  timer._slot = timer._next = timer._previous = null;
}

const shared = new WeakMap<Platform, TimerWheel>();

/** The wheel that all queues of one platform share. */
export function sharedTimerWheel(platform: Platform): TimerWheel {
  let wheel = shared.get(platform);
  if (wheel === undefined) {
    wheel = new TimerWheel(platform);
    shared.set(platform, wheel);
  }
  return wheel;
}
