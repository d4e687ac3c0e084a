/**
 * Waiting for points of sync objects, all or any of them (SY12-SY18).
 *
 * States of a wait: looking (each point's fence is picked up, if it has one) -> watching -> over, by whichever comes first:
 * what was waited for, the time limit, the abort.
 *
 * Invariants:
 * - SY15: a fence that was picked up is kept; what happens to the object afterwards doesn't touch the wait.
 * - SY14: "any" answers the lowest index among those that have signalled when the wait wakes up, which is after the delivery
 *   that woke it: what signals together counts together.
 * - When it is over nothing of it is left: no timer, no listener, no registration on a fence or in an object. What it was told
 *   to watch stays enabled, as in the kernel (F20).
 */
import { SignalboxError } from "../errors.ts";
import type { FenceError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import { COMPLETE, Registration } from "../fence/registration.ts";
import type { Completable } from "../fence/registration.ts";
import { hooks } from "../hooks.ts";
import type { LockdepHooks } from "../hooks.ts";
import type { Arrival } from "./arrival.ts";
import { EarlyEnd, timeLeft } from "./limits.ts";
import type { WaitLimits } from "./limits.ts";
import type { SyncPoint } from "./sync-point.ts";

/** How to wait for points. */
export interface SyncWaitOptions extends WaitLimits {
  /** SY13: a point that nobody has submitted yet is waited for; if left out it is an error. */
  readonly forSubmit?: boolean;
  /** SY13: wait only until the points were submitted, signalled or not; implies `forSubmit`. */
  readonly available?: boolean;
  /** SY18: a hint to whoever signals that the points are wanted by this time, in ms on the platform's clock (F28). */
  readonly deadline?: number;
}

/**
 * Resolves when one of the points has signalled, with its index in the list: the lowest if there are several.
 *
 * A point whose job failed has signalled too; who wants to know asks the fence. Rejects with ETIME when the time is up, and
 * with the signal's reason when aborted. Throws EINVAL at once for no points at all (nothing would ever end the wait), for
 * a point that nobody has submitted unless `forSubmit` or `available` is set, and for both a timeout and a time to give up;
 * RangeError for a timeout that is negative, and for a time that is none.
 *
 * @example `const index = await waitAny([left.at(3n), right.at(3n)], { timeout: 100 })`
 */
export function waitAny(points: readonly SyncPoint[], options: SyncWaitOptions = {}): Promise<number> {
  if (points.length === 0) throw new SignalboxError("EINVAL", "A wait for any of 0 points would never end");
  return new SyncWait(points, false, options).begin();
}

/**
 * Resolves when all of the points have signalled: at once for none. Answers the index of the first of them that had signalled
 * when the wait began, -1 if none had. As `waitAny` otherwise.
 *
 * @example `await waitAll(parts.map((part) => part.at(3n)), { signal: controller.signal })`
 */
export function waitAll(points: readonly SyncPoint[], options: SyncWaitOptions = {}): Promise<number> {
  if (points.length === 0) return Promise.resolve(-1);
  return new SyncWait(points, true, options).begin();
}

/** See `SyncPoint.wait`. */
export function waitForPoint(point: SyncPoint, options: SyncWaitOptions = {}): Promise<void> {
  const wait = new SyncWait([point], true, options);
  return wait.begin().then(() => {
    const failure = options.available === true ? undefined : wait.failure();
    if (failure !== undefined) throw failure;
  });
}

class SyncWait {
  readonly #watches: readonly PointWatch[];
  readonly #all: boolean;
  readonly #options: SyncWaitOptions;
  /** The first that had signalled when the wait began. */
  #first = -1;
  #unfinished: number;
  #end: EarlyEnd | undefined;
  #wakeUp: (() => void) | undefined;

  constructor(points: readonly SyncPoint[], all: boolean, options: SyncWaitOptions) {
    this.#all = all;
    this.#options = options;
    this.#unfinished = points.length;
    const available = options.available ?? false;
    this.#watches = points.map((point) => new PointWatch(this, point, available));
  }

  begin(): Promise<number> {
    const { signal, deadline } = this.#options;
    const platform = this.#watches[0]!.point.object._platform;
    const left = timeLeft(platform, this.#options);
    if (deadline !== undefined && !Number.isFinite(deadline)) {
      throw new RangeError(`A deadline is a finite time in ms (got ${deadline})`);
    }
    this.#look();
    if (hooks.lockdep !== null && left > 0) for (const watch of this.#watches) watch.noteWait(hooks.lockdep);
    if (!this.#isOver) this.#watch();
    if (this.#isOver) return Promise.resolve(this.#answer());
    // An abort that came before the wait wins over a time that is up.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason, whatever it is
    if (signal?.aborted === true) return Promise.reject(this.#giveUp("aborted"));
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an error: it is late
    if (left === 0) return Promise.reject(this.#giveUp("late"));
    return new Promise<void>((resolve, reject) => {
      this.#wakeUp = resolve;
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as above, either of them
      this.#end = new EarlyEnd(platform, left, signal, (outcome) => reject(this.#giveUp(outcome)));
    }).then(() => this.#answer());
  }

  /** What failed, of what it has waited for, and has signalled. */
  failure(): FenceError | undefined {
    return this.#watches.find((watch) => watch.failure() !== undefined)?.failure();
  }

  /** @internal SIGNALLING: settling a promise only queues a microtask. */
  _finished(): void {
    this.#unfinished--;
    if (!this.#isOver) return;
    this.#end?.clear();
    this.#wakeUp?.();
  }

  get #isOver(): boolean {
    return this.#unfinished === 0 || (!this.#all && this.#unfinished < this.#watches.length);
  }

  // SY13: all of them first, so that a missing point is an error wherever it stands.
  #look(): void {
    const mayMiss = this.#options.available === true || this.#options.forSubmit === true;
    for (const watch of this.#watches) {
      if (watch.look() || mayMiss) continue;
      this.#stop();
      watch.point.find();
    }
    this.#first = this.#watches.findIndex((watch) => watch.done);
  }

  #watch(): void {
    const { deadline } = this.#options;
    if (deadline !== undefined) for (const watch of this.#watches) watch.hint(deadline);
    for (const watch of this.#watches) {
      watch.watch();
      if (this.#isOver) return;
    }
  }

  // SY14: all that has signalled by now counts, not only who woke the wait.
  #answer(): number {
    const index = this.#all ? this.#first : this.#watches.findIndex((watch) => watch.done);
    this.#stop();
    return index;
  }

  #giveUp(outcome: "late" | "aborted"): unknown {
    this.#stop();
    return outcome === "late" ? this.#late() : this.#options.signal?.reason;
  }

  #stop(): void {
    this.#end?.clear();
    for (const watch of this.#watches) watch.stop();
  }

  #late(): SignalboxError {
    const missing = this.#watches.filter((watch) => !watch.done).map((watch) => watch.words);
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
    const what = this.#options.available === true ? "submitted" : "signalled";
    return new SignalboxError("ETIME", `Not ${what} in time: ${missing.slice(0, 3).join(", ")}${more}`);
  }
}

/** What one wait knows of one point. */
class PointWatch implements Arrival, Completable {
  readonly point: SyncPoint;
  readonly _point: bigint;
  readonly #wait: SyncWait;
  readonly #available: boolean;
  #fence: Fence | null = null;
  #registration: Registration | null = null;
  /** Whether the wait knows: whatever tells that the point is done, and how often, counts once. */
  #counted = false;

  constructor(wait: SyncWait, point: SyncPoint, available: boolean) {
    this.point = point;
    this._point = point.point;
    this.#wait = wait;
    this.#available = available;
  }

  /** Whether the point is what the wait is for. */
  get done(): boolean {
    return this.#fence !== null && (this.#available || this.#fence.signalled);
  }

  get words(): string {
    return `point ${this._point} of [SyncObject "${this.point.object.name}"]`;
  }

  failure(): FenceError | undefined {
    return this.#fence?.failure();
  }

  /** SY13, SY15: picks the point's fence up, for good; false if there is none yet, and then it is told when there is. */
  look(): boolean {
    this.#fence = this.point.object._await(this);
    if (this.done) this.#count();
    return this.#fence !== null;
  }

  /** Before anything is watched: what will be waited for. Who submits a point that has no fence yet can be anybody. */
  noteWait(lockdep: LockdepHooks): void {
    if (this.#fence === null) lockdep.waitsFor("point", this.point.object, this.words);
    else if (!this.#available) lockdep.waits(this.#fence);
  }

  /** SY18: only for what is there when the wait begins. */
  hint(deadline: number): void {
    this.#fence?.setDeadline(deadline);
  }

  /**
   * Watches the fence that was picked up, unless that has counted, or was watched on its arrival. Not by asking once more: an
   * issuer that answers differently by now has told nobody else.
   */
  watch(): void {
    if (this.#fence !== null && !this.#counted && this.#registration === null) this.#watchFence(this.#fence);
  }

  /** Takes back whatever was left anywhere. */
  stop(): void {
    this.point.object._forget(this);
    this.#registration?.cancel();
  }

  /** @internal SIGNALLING: somebody has submitted the point. */
  _arrived(fence: Fence): void {
    this.#fence = fence;
    if (this.#available) this.#count();
    else this.#watchFence(fence);
  }

  /** @internal SIGNALLING: the point has signalled. */
  _complete(): void {
    this.#count();
  }

  #count(): void {
    if (this.#counted) return;
    this.#counted = true;
    this.#wait._finished();
  }

  // F20: that somebody has waited is never taken back, whatever becomes of the wait: a container goes on watching its members,
  // so that it knows of their errors. Enabling may find that the fence has signalled.
  #watchFence(fence: Fence): void {
    this.#registration = new Registration(COMPLETE, this, 0);
    if (!fence.enableSignalling() || !fence._register(this.#registration)) this.#count();
    else if (hooks.lockdep !== null) hooks.lockdep.registered(this.#registration, fence);
  }
}
