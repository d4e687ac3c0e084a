/**
 * The validator's switch: on with one call, off with another, and what it found meanwhile.
 *
 * States of the agent: off -> on -> off. Each time that it goes on it begins anew: what it saw before is forgotten. While it is set aside
 * it is as if it were off, and comes back as it was.
 *
 * Invariants: off, it costs one check of a field wherever it would listen. Reports are made synchronously, and told to a
 * program's listeners in a microtask of their own, since they are made inside sections.
 */
import { SignalboxError } from "../../errors.ts";
import { insideDelivery } from "../../fence/delivery.ts";
import { hooks } from "../../hooks.ts";
import type { ContextStore } from "../../platform/async-context.ts";
import { browserContextStore } from "../../platform/async-context.browser.ts";
import type { Platform } from "../../platform/platform.ts";
import { realPlatform } from "../../platform/real.ts";
import { throwLater } from "../../platform/throw-later.ts";
import { insideSection } from "../section.ts";
import { active } from "./active.ts";
import type { Report } from "./report.ts";
import type { Task } from "./tasks.ts";
import { Validator } from "./validator.ts";

/** How the validator is set up. */
export interface LockdepOptions {
  /** How long a registration may take, in ms; 100 if left out. `Infinity` for no limit. */
  readonly registrationBudget?: number;
  /** Whose clock that is measured by; the real one if left out. */
  readonly platform?: Platform;
  /** How many reports are kept; 1000 if left out. Those beyond are counted, and told to listeners. */
  readonly maxReports?: number;
}

/** The validator while it is on: what it found. Got from {@link enableLockdep}. */
export class Lockdep {
  /** @internal */ readonly _validator: Validator;
  readonly #maxReports: number;
  readonly #listeners = new Set<(report: Report) => void>();
  #reports: Report[] = [];
  #dropped = 0;
  #hearer: ((report: Report) => void) | null = null;

  /** @internal Use `enableLockdep`. */
  constructor(options: LockdepOptions, store: ContextStore<Task>) {
    const { registrationBudget = 100, platform = realPlatform, maxReports = 1000 } = options;
    if (!(maxReports >= 0)) throw new RangeError(`Reports kept are 0 or more (got ${maxReports})`);
    if (!(registrationBudget >= 0))
      throw new RangeError(`A registration's budget is 0 ms or more (got ${registrationBudget})`);
    this.#maxReports = maxReports;
    this._validator = new Validator({
      store,
      clock: platform,
      registrationBudget,
      report: (report) => this.#report(report),
    });
  }

  /** What was found so far, oldest first. */
  get reports(): readonly Report[] {
    return this.#reports;
  }

  /** How many reports were not kept, since there were too many. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Answers what was found so far, and forgets it: what follows is of the next test. */
  takeReports(): readonly Report[] {
    const taken = this.#reports;
    this.#reports = [];
    this.#dropped = 0;
    return taken;
  }

  /** Calls back with each report, in a microtask after it was made. Answers what takes the listener back. */
  onReport(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Runs a body, and whatever it starts, as one task: what is held in it is held by it, and by nothing beside it.
   *
   * To be said where a program does many things at once (a request, a connection); it is what tells one from the other. Answers what
   * the body answers. Not to be confused with a lock: nothing waits here.
   */
  task<T>(body: () => T): T {
    return this._validator.tasks.runAlone([], body);
  }

  /** @internal Who is told of each report at once, wherever it is made: he takes a note, throws nothing, and waits for no fence. */
  _hear(hearer: (report: Report) => void): void {
    this.#hearer = hearer;
  }

  #report(report: Report): void {
    if (this.#reports.length < this.#maxReports) this.#reports.push(report);
    else this.#dropped++;
    this.#hearer?.(report);
    for (const listener of this.#listeners) {
      realPlatform.microtask(() => {
        if (!this.#listeners.has(listener)) return;
        try {
          // It is none of what was going on where the report was made, and holds nothing of that.
          if (running === this) this.task(() => listener(report));
          else listener(report);
        } catch (error) {
          throwLater(realPlatform, error);
        }
      });
    }
  }
}

let running: Lockdep | null = null;
let makeStore: <T>() => ContextStore<T> = browserContextStore;

/** Says how values follow the program's awaits on this platform; for the entry points of each. */
export function useContextStore(make: <T>() => ContextStore<T>): void {
  makeStore = make;
}

/**
 * Turns the validator on; answers the one that is on, if it was already and no options are given.
 *
 * Throws EALREADY where options come too late, EINVAL inside a section or a delivery, EBUSY if somebody else listens to the locks,
 * RangeError for a budget, or a number of reports, that is none.
 *
 * @example
 * ```ts
 * const lockdep = enableLockdep();
 * lockdep.onReport((report) => console.error(String(report)));
 * ```
 */
export function enableLockdep(options?: LockdepOptions): Lockdep {
  if (running !== null) {
    if (options === undefined) return running;
    throw new SignalboxError("EALREADY", "The validator is on already, so that it takes no options");
  }
  if (insideSection() || insideDelivery())
    throw new SignalboxError("EINVAL", "The validator can't be turned on inside a section or a delivery");
  if (hooks.locks !== null) throw new SignalboxError("EBUSY", "Somebody else listens to the locks of reservations");
  const lockdep = new Lockdep(options ?? {}, makeStore<Task>());
  listen(lockdep);
  return lockdep;
}

/** Turns the validator off, if it is on. What it found stays readable. */
export function disableLockdep(): void {
  if (running === null) return;
  running._validator.end();
  listen(null);
}

/**
 * Sets the validator aside for something that has one of its own, and that nothing outside sees: neither hears of the other.
 * Answers what turns off the other one and puts this one back. For the explorer, whose runs are dropped half-way.
 */
export function setLockdepAside(): () => void {
  const outer = running;
  if (outer === null) return disableLockdep;
  listen(null);
  return () => {
    disableLockdep();
    listen(outer);
  };
}

function listen(lockdep: Lockdep | null): void {
  running = lockdep;
  active.validator = lockdep?._validator ?? null;
  hooks.locks = lockdep?._validator.locks ?? null;
  hooks.lockdep = lockdep?._validator ?? null;
}

/** The validator that is on; null while it is off. */
export function lockdepOf(): Lockdep | null {
  return running;
}
