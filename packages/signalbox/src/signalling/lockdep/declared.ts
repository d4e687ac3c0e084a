/**
 * Declarations: what a program tells the validator of its own locks, pools and workers, which nothing else could know.
 *
 * They are made once, at the top of a module, and cost one check of one field while the validator is off. What they say is kept
 * per class: make one for all the locks that play one part, not one per object.
 */
import { active } from "./active.ts";
import { last } from "./last.ts";
import { OrderClass, fences, reservations } from "./order-class.ts";
import type { Task } from "./tasks.ts";
import type { Hold, Validator } from "./validator.ts";

/** How many may be wanted and never taken before they are looked for. */
const IN_VAIN = 1_000;

/** What is declared to be wanted while the declared is held: a class, or all reservations, or the wait for any fence. */
export type Before = LockClass | PoolClass | "reservations" | "fences";

/** What a lock is. */
export interface LockClassOptions {
  /** What may be wanted while it is held, known without having been seen: so that the wrong order is told of the first time. */
  readonly before?: readonly Before[];
  /**
   * Whether it is held for a synchronous stretch only, and taken without waiting for its turn in the event loop (an Atomics
   * lock between threads). It may be taken where a fence is owed; nothing may be waited for while it is held.
   */
  readonly spin?: boolean;
}

/** One taking of a declared lock, to be used where the validator can't follow the program's awaits (in browsers). */
export interface LockHold {
  /** It was taken. */
  taken(): void;
  /** It was released, by whoever. */
  released(): void;
}

/**
 * A program's own lock, or all those that play the same part. Made by {@link declareLock}.
 *
 * @example
 * ```ts
 * const tableLock = declareLock("table");
 * async function withTable<T>(body: () => Promise<T>): Promise<T> {
 *   tableLock.wanted();
 *   await mutex.acquire();
 *   tableLock.taken();
 *   try { return await body(); } finally { tableLock.released(); mutex.release(); }
 * }
 * ```
 */
export class LockClass {
  /** What reports call it. */
  readonly name: string;
  /** @internal */ readonly _class: OrderClass;
  /** What was wanted or taken and not released, oldest first; what was wanted in vain lies there, until there is too much of it. */
  #holds: Hold[] = [];
  /** Of which validator they are. */
  #of: Validator | null = null;
  #sweepAt = IN_VAIN;

  /** @internal Use `declareLock`. */
  constructor(name: string, { before = [], spin = false }: LockClassOptions) {
    this.name = name;
    this._class = new OrderClass(spin ? "spin lock" : "lock", name, before.map(classOf));
  }

  /** It is about to be waited for. */
  wanted(): LockHold {
    const { validator } = active;
    if (validator === null) return untracked;
    this.#follow(validator);
    const hold = validator.lockWanted(this._class);
    this.#sweep();
    this.#holds.push(hold);
    return {
      taken: () => void validator.lockTaken(this._class, hold),
      released: () => this.#release(hold),
    };
  }

  /** It was taken: after `wanted()`, or without where it was free (and then nobody waited for it). */
  taken(): void {
    const { validator } = active;
    if (validator === null) return;
    this.#follow(validator);
    const wanted = nearest(
      this.#holds.filter((hold) => hold.held === null),
      validator.tasks.newest,
    );
    const hold = validator.lockTaken(this._class, wanted ?? null);
    if (wanted === undefined) this.#holds.push(hold);
  }

  /** It was released: the one that the running code holds, else the oldest. */
  released(): void {
    const { validator } = active;
    if (validator === null) {
      this.#holds.length = 0;
      return;
    }
    this.#follow(validator);
    const held = this.#holds.filter((each) => each.held !== null);
    const hold = nearest(held, validator.tasks.newest) ?? held[0];
    if (hold !== undefined) this.#release(hold);
  }

  /** @internal For tests: how many are remembered. */
  get _holds(): number {
    return this.#holds.length;
  }

  // What another validator has seen is nothing to this one.
  #follow(validator: Validator): void {
    if (this.#of === validator) return;
    this.#of = validator;
    this.#holds = [];
  }

  // Who gave up waiting has nowhere to say so, and needn't: of those the newest will do.
  #sweep(): void {
    if (this.#holds.length < this.#sweepAt) return;
    let left = this.#holds.filter(({ held }) => held === null).length - IN_VAIN / 2;
    this.#holds = this.#holds.filter(({ held }) => held !== null || left-- <= 0);
    this.#sweepAt = 2 * this.#holds.length + IN_VAIN;
  }

  #release(hold: Hold): void {
    active.validator?.lockReleased(hold);
    const place = this.#holds.indexOf(hold);
    if (place >= 0) this.#holds.splice(place, 1);
  }
}

// What the code that runs in this task wanted or took, the newest; else what a part of it did.
function nearest(holds: readonly Hold[], task: Task): Hold | undefined {
  return last(holds, (hold) => task.isWithin(hold.task)) ?? last(holds, (hold) => hold.task.isWithin(task));
}

const untracked: LockHold = { taken: () => {}, released: () => {} };

/** What a pool is. */
export interface PoolClassOptions {
  /**
   * Whether it is refilled by what fences let go of: a buffer pool, credits. Then who takes from it waits for fences, and nothing
   * on the way to a signal may. That is to us what reclaim is to the kernel.
   */
  readonly refilledByFences?: boolean;
  /** What may be wanted on the way of refilling it. */
  readonly before?: readonly Before[];
}

/** A program's own pool. Made by {@link declarePool}. */
export class PoolClass {
  /** What reports call it. */
  readonly name: string;
  /** @internal */ readonly _class: OrderClass;

  /** @internal Use `declarePool`. */
  constructor(name: string, { refilledByFences = false, before = [] }: PoolClassOptions) {
    this.name = name;
    this._class = new OrderClass("pool", name, before.map(classOf), refilledByFences);
  }

  /** Something is about to be taken, and will be waited for if there is none. */
  taking(): void {
    if (active.validator !== null) active.validator.takes(this._class);
  }

  /** Something is about to be taken if there is any. Allowed everywhere. */
  tryTaking(): void {
    // Nobody waits, so that there is nothing to say against it.
  }

  /** Runs what refills the pool: who takes from it waits for this. Answers what the body answers. */
  refilling<T>(body: () => T): T {
    return active.validator === null ? body() : active.validator.refilling(this._class, body);
  }
}

/** What a worker is. */
export interface WorkerClassOptions {
  /** Whether fences are owed to it: then it may only wait for workers of which the same is said. */
  readonly signals?: boolean;
  /** The worker that it is a part of: who waits for the part waits for all that comes before it. */
  readonly within?: WorkerClass;
}

/** A program's own executor, or one kind of its tasks: something whose work can be waited for. Made by {@link declareWorker}. */
export class WorkerClass {
  /** What reports call it. */
  readonly name: string;
  /** @internal Outermost first. */ readonly _classes: readonly OrderClass[];

  /** @internal Use `declareWorker`. */
  constructor(name: string, { signals = false, within }: WorkerClassOptions) {
    this.name = name;
    this._classes = [...(within?._classes ?? []), new OrderClass("worker", name, [], signals)];
  }

  /** Runs a body as this worker's work, up to its promise's end if it answers one. Answers what the body answers. */
  run<T>(body: () => T): T {
    return active.validator === null ? body() : active.validator.working(this._classes, body);
  }

  /** Its work is about to be waited for. */
  waiting(): void {
    const { validator } = active;
    if (validator !== null) for (const each of [...this._classes].reverse()) validator.workerWanted(each);
  }
}

/** Declares a lock of the program's own, such as an async mutex. */
export function declareLock(name: string, options: LockClassOptions = {}): LockClass {
  return new LockClass(name, options);
}

/** Declares a pool of the program's own. */
export function declarePool(name: string, options: PoolClassOptions = {}): PoolClass {
  return new PoolClass(name, options);
}

/** Declares an executor of the program's own. */
export function declareWorker(name: string, options: WorkerClassOptions = {}): WorkerClass {
  return new WorkerClass(name, options);
}

function classOf(before: Before): OrderClass {
  if (before === "reservations") return reservations;
  return before === "fences" ? fences : before._class;
}
