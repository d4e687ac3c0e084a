/**
 * Registrations: the closed list of what may happen when a fence signals.
 *
 * A registration is a node that is linked into its fence's list, so that adding and cancelling allocate nothing and take
 * constant time. What it does is one of a few audited kinds (Q10): there is no way to register a function of one's own,
 * since it would run in the signaller's stack.
 *
 * States of one registration: idle -> registered (on a fence that has not signalled) -> due (its fence has signalled, its
 * turn has not come) -> idle. `cancel()` takes it back from registered or due.
 *
 * Invariants:
 * - F21: on one fence at a time; any number of registrations on a fence.
 * - Promise 10: `cancel()` answering true means that it never runs for that fence; false, that it has run or was never registered.
 */
import { SignalboxError } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { Completion } from "../work/completion.ts";
import type { WorkItem } from "../work/work-queue.ts";
import type { DriverFence } from "./driver-fence.ts";
import type { Fence } from "./fence.ts";

/** What a `complete` registration acts on: a `Completion`, or a wait. */
export interface Completable {
  /** @internal SIGNALLING: settles promises at the most; never runs a caller's code. */
  _complete(fence: Fence): void;
}

/** What a plain wait's registration acts on: the function that settles its promise, one object less than a `Completable` for it. */
export type Settler = (failed?: Promise<never>) => void;

/** What a `schedule` registration acts on: a `WorkItem`. */
export interface Schedulable {
  /** @internal SIGNALLING: puts itself on its work queue and asks for one kick; nothing of it runs here. */
  _schedule(): void;
}

/** What a `signal` registration acts on: a `DriverFence`, or a job whose device gave a fence of its own. */
export interface Signallable {
  /** @internal SIGNALLING: takes over the fence's error and signals; its own registrations run before what else is due (Q30). */
  _signalFrom(fence: Fence): void;
}

/** What a `dependency` registration acts on: the head of a job queue. */
export interface HeadWaiter {
  /** @internal SIGNALLING: counts down; the last one asks for one kick. */
  _dependencySignalled(): void;
}

/** What a `member` registration acts on: an array or a chain. */
export interface MemberWatcher {
  /** @internal SIGNALLING: counts, and has itself settled after what is due now, at the most (F14). */
  _memberSignalled(fence: Fence): void;
}

/** What a `post` registration sends: plain numbers, so that it can't fail to be cloned. */
export interface FenceMessage {
  readonly context: number;
  readonly seqno: number;
  /** 0, or the fence's negative error number. */
  readonly error: number;
}

/** Where a `post` registration sends: a MessagePort, a Worker, or anything with the same method. */
export interface PostTarget {
  postMessage(message: FenceMessage): void;
}

export const WAKE = 0;
export const COMPLETE = 1;
export const SCHEDULE = 2;
export const POST = 3;
export const SIGNAL = 4;
export const DEPENDENCY = 5;
export const MEMBER = 6;
export const WAIT = 7;

/** The kinds, as small integers: one shape for all registrations, one switch that acts on them (delivery.ts). */
export type RegistrationKind =
  | typeof WAKE
  | typeof COMPLETE
  | typeof SCHEDULE
  | typeof POST
  | typeof SIGNAL
  | typeof DEPENDENCY
  | typeof MEMBER
  | typeof WAIT;

type Target = Int32Array | Settler | Completable | Schedulable | PostTarget | Signallable | HeadWaiter | MemberWatcher;

/**
 * One consequence of one fence. Made by the static methods, put on a fence by `fence.register()`, taken back by `cancel()`.
 *
 * @example
 * ```ts
 * const doorbell = Registration.wake(cells, 0);
 * if (fence.register(doorbell) === "signalled") console.log("nothing to wait for");
 * doorbell.cancel(); // true: the cell will not be touched
 * ```
 */
export class Registration {
  /** What looks like a registration is none: the list of kinds is closed. For the compiler only. */
  declare protected readonly _closed: true;
  /** @internal */ readonly _kind: RegistrationKind;
  /** @internal */ readonly _target: Target;
  /** @internal The index of the cell of a wake; 0 for every other kind. */ readonly _index: number;
  /** @internal The fence it is on or due for; null while idle. */ _fence: Fence | null = null;
  /** @internal */ _next: Registration = this;
  /** @internal */ _prev: Registration = this;

  /** @internal Use the static methods: the list of kinds is closed. */
  constructor(kind: RegistrationKind, target: Target, index: number) {
    this._kind = kind;
    this._target = target;
    this._index = index;
  }

  /** Adds one to a shared cell and wakes who waits on it. Throws EINVAL for memory that isn't shared, RangeError for an index outside it. */
  static wake(cells: Int32Array, index: number): Registration {
    const shared = typeof SharedArrayBuffer === "function" && cells instanceof Int32Array;
    if (!shared || !(cells.buffer instanceof SharedArrayBuffer)) {
      throw new SignalboxError("EINVAL", "A wake registration needs an Int32Array over a SharedArrayBuffer");
    }
    if (!Number.isInteger(index) || index < 0 || index >= cells.length) {
      throw new RangeError(`The cell's index (${index}) is outside the array, which has ${cells.length} cells`);
    }
    return new Registration(WAKE, cells, index);
  }

  /** Completes a completion. */
  static complete(completion: Completion): Registration {
    return new Registration(COMPLETE, completion, 0);
  }

  /** Schedules a work item: it runs later, outside every section. */
  static schedule(item: WorkItem): Registration {
    return new Registration(SCHEDULE, item, 0);
  }

  /** Posts a {@link FenceMessage} to a port. */
  static post(port: PostTarget): Registration {
    return new Registration(POST, port, 0);
  }

  /** Signals another fence, with this one's error. */
  static signal(driverFence: DriverFence): Registration {
    return new Registration(SIGNAL, driverFence, 0);
  }

  /** Whether it is on a fence, or due. */
  get registered(): boolean {
    return this._fence !== null;
  }

  /**
   * Takes the registration back. True: it was registered and will not run for that fence. False: it has run, or was not registered.
   * F22. Allowed in any state, from anywhere.
   */
  cancel(): boolean {
    const fence = this._fence;
    if (fence === null) return false;
    fence._unlink(this);
    this._fence = null;
    if (hooks.lockdep !== null) hooks.lockdep.unregistered(this);
    return true;
  }
}

/** Links a node in behind the last one of a circular list; answers the list's first node. O(1). */
export function appendNode(first: Registration | null, node: Registration): Registration {
  if (first === null) return node;
  const last = first._prev;
  last._next = node;
  node._prev = last;
  node._next = first;
  first._prev = node;
  return first;
}

/** Joins two circular lists; answers the first node of the joined list. O(1), whatever their lengths. */
export function joinLists(first: Registration | null, second: Registration): Registration {
  if (first === null) return second;
  const firstLast = first._prev;
  const secondLast = second._prev;
  firstLast._next = second;
  second._prev = firstLast;
  secondLast._next = first;
  first._prev = secondLast;
  return first;
}

/** Takes a node out of its circular list and leaves it pointing to itself (F12); answers the list's first node. O(1). */
export function removeNode(first: Registration, node: Registration): Registration | null {
  const next = node._next;
  if (next === node) return null;
  next._prev = node._prev;
  node._prev._next = next;
  node._next = node;
  node._prev = node;
  return first === node ? next : first;
}
