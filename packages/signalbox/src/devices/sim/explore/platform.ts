/**
 * The exploring platform: whatever the core asks it for becomes a step that may be taken at any time.
 *
 * Three lanes: microtasks (the kicks of work queues) and macrotasks, each in the order in which they were asked for, as every
 * agent promises; and timers, the earliest first. Nothing is said of their order with what others do: a microtask may come long
 * after the step that asked for it, a timer before what takes no time. That is more than an event loop does, and what a core that
 * keeps its promises on several threads must stand.
 *
 * Each step of the core takes a microsecond, so that a trace of a run has an order to show; otherwise the clock stands still but for
 * timers, each of which moves it to its own time (or, where that fault is injected, to somewhat before it), and for `pass`.
 */
import type { Platform, Timer } from "../../../platform/platform.ts";
import { seededRandom } from "../../../platform/random.ts";
import { CORE } from "./footprint.ts";
import type { Lane } from "./lane.ts";

interface ExploredTimer {
  readonly at: number;
  readonly callback: () => void;
}

/** In ms. */
const TICK = 0.001;

/** How much sooner than asked for a timer may fire, in ms: hosts round their delays down. */
const EARLY = 1;

type Choose = (what: string, count: number) => number;

/** Time and chance of one explored run; see the head of this file. */
export class ExploringPlatform implements Platform {
  /** @internal */ readonly _lanes: readonly Lane[];
  /** @internal */ readonly _microtasks: Lane;
  readonly #microtasks: (() => void)[] = [];
  readonly #macrotasks: (() => void)[] = [];
  readonly #timers: ExploredTimer[] = [];
  readonly #random: () => number;
  readonly #choose: Choose;
  readonly #early: () => boolean;
  #now = 0;

  /** @internal */
  constructor(seed: number, choose: Choose, early: () => boolean) {
    this.#random = seededRandom(seed);
    this.#choose = choose;
    this.#early = early;
    this._microtasks = new TaskLane("worker", "runs", this.#microtasks);
    this._lanes = [
      this._microtasks,
      new TaskLane("event loop", "takes a turn", this.#macrotasks),
      {
        name: "timer",
        touches: CORE,
        enabled: () => this.#timers.length > 0,
        describe: () => `fires at ${this.#earliest()} ms`,
        take: () => this.#fire(),
      },
    ];
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random();
  }

  microtask(callback: () => void): void {
    this.#microtasks.push(callback);
  }

  macrotask(callback: () => void): void {
    this.#macrotasks.push(callback);
  }

  setTimer(callback: () => void, delay: number): Timer {
    const timer = { at: this.#now + Math.max(0, delay), callback };
    this.#timers.push(timer);
    return timer;
  }

  clearTimer(timer: Timer): void {
    const place = this.#timers.indexOf(timer as ExploredTimer);
    if (place >= 0) this.#timers.splice(place, 1);
  }

  /** Lets time pass without anybody noticing: a busy program. Timers that are due by then fire late. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** @internal A step of the core begins. */
  _tick(): void {
    this.#now += TICK;
  }

  #earliest(): number {
    return this.#timers.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  }

  // Which of several that are due at the same time comes first is open.
  #fire(): void {
    const at = this.#earliest();
    const due = this.#timers.filter((timer) => timer.at === at);
    const timer = due[due.length === 1 ? 0 : this.#choose("which timer", due.length)]!;
    this.clearTimer(timer);
    this.#now = Math.max(this.#now, at - this.#now > EARLY && this.#early() ? at - EARLY : at);
    timer.callback();
  }
}

class TaskLane implements Lane {
  readonly name: string;
  readonly touches: number = CORE;
  readonly #does: string;
  readonly #tasks: (() => void)[];

  constructor(name: string, does: string, tasks: (() => void)[]) {
    this.name = name;
    this.#does = does;
    this.#tasks = tasks;
  }

  enabled(): boolean {
    return this.#tasks.length > 0;
  }

  describe(): string {
    return this.#does;
  }

  take(): void {
    this.#tasks.shift()!();
  }
}
