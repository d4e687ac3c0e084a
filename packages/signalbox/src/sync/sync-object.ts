/**
 * The sync object: a box for one fence, which may be exchanged, and so a name for something that is yet to be promised.
 *
 * Binary use: the fence is put in, waited for, and replaced. Timeline use: the fence is a chain, and each point that is
 * added becomes its new head. Both are one object (SY1): what it is depends only on what is in it.
 *
 * States: empty <-> holding a fence; either by `replace`, `signal` and `reset`, and from empty to a chain by a point.
 *
 * Invariants:
 * - SY4, SY15: exchanging the fence touches nobody who has it already: waits, sync files and jobs keep what they found.
 * - SY5, SY7: the fence first, then everybody who waits for one to appear, in the order in which they came, each once.
 * - CH4: a chain that grows for ever keeps what is pending, and at the most as much again of what has signalled.
 *
 * Anybody may do anything with it: a sync object holds fences, and never makes promises.
 */
import { SignalboxError } from "../errors.ts";
import { checkMember, checkPublished } from "../fence/container.ts";
import { FenceChain, appendPoint, containedOf, previousOf } from "../fence/chain.ts";
import { deliver } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import type { Registration } from "../fence/registration.ts";
import { stubFence } from "../fence/stub.ts";
import type { Platform } from "../platform/platform.ts";
import { realPlatform } from "../platform/real.ts";
import { fenceAt } from "./arrival.ts";
import type { Arrival } from "./arrival.ts";
import { checkPoint } from "./points.ts";
import { notifyAt } from "./sync-notify.ts";
import type { NotifyOptions } from "./sync-notify.ts";
import { SyncPoint } from "./sync-point.ts";
import type { SyncWaitOptions } from "./sync-wait.ts";

/** How a sync object is made. */
export interface SyncObjectOptions {
  /** What messages call it; "sync object" if left out. */
  readonly name?: string;
  /** SY3: born with a fence that has signalled; empty if left out. */
  readonly signalled?: boolean;
  /**
   * Q33: refuse a point that is not above every point before it. If left out such a point is lifted to the highest one,
   * as the kernel does (CH2).
   */
  readonly ordered?: boolean;
  /** Where its clock and the timers of its waits come from; the real ones if left out. */
  readonly platform?: Platform;
}

/**
 * A place where fences are left by some and found by others, binary or as a timeline of points.
 *
 * @example
 * ```ts
 * const frames = new SyncObject({ name: "frames" });
 * const drawn = frames.at(7n).wait({ forSubmit: true });    // before anybody has promised frame 7
 * frames.addPoint(7n, done);                                // somebody has: a job's done fence
 * await drawn;
 * ```
 */
export class SyncObject {
  /** What messages call it. */
  readonly name: string;
  /** Q33: whether a point that is not above every point before it is refused. */
  readonly ordered: boolean;
  /** @internal */ readonly _platform: Platform;
  #fence: Fence | null = null;
  /** Who waits for a fence to appear; made when somebody does. */
  #arrivals: Set<Arrival> | null = null;
  /** Points until the next walk over the whole chain. */
  #untilWalk = 0;
  /** Whether the chain may hold a fence that signals by being asked. */
  #mayAsk = false;

  constructor(options: SyncObjectOptions = {}) {
    this.name = options.name ?? "sync object";
    this.ordered = options.ordered ?? false;
    this._platform = options.platform ?? realPlatform;
    if (options.signalled === true) this.signal();
  }

  /** The fence that it holds: any fence in binary use, the newest point of a timeline; null while it is empty. */
  get fence(): Fence | null {
    return this.#fence;
  }

  /**
   * SY5: puts another fence in, or none; a timeline ends with that. Throws EINVAL for a fence that was not submitted yet.
   *
   * @example `wanted.replace(done)`
   */
  replace(fence: Fence | null): void {
    if (fence !== null) checkPublished(fence);
    this._replace(fence);
  }

  /** SY4: puts a fence in that has signalled just now; the one that was there is left alone, signalled or not. */
  signal(): void {
    this._replace(stubFence(this._platform.now()));
  }

  /** SY4: takes the fence out. Who found it before keeps it; who waits for one to appear goes on waiting. */
  reset(): void {
    this._replace(null);
  }

  /**
   * SY6: adds a point that needs nothing but the points before it. As `addPoint` otherwise.
   */
  signalPoint(point: bigint): void {
    this.addPoint(point, stubFence());
  }

  /**
   * SY7: adds a point, which signals when the fence has signalled and everything before it has.
   *
   * A point that is not above the highest one becomes that number, in a timeline of its own (CH2), and what was to be found
   * below it waits for both; an ordered object refuses it with EINVAL (Q33). A binary fence that was there counts as what
   * comes before. Throws RangeError for a number that is no u64, EINVAL for a fence that was not submitted yet.
   *
   * @example `frames.addPoint(7n, done)`
   */
  addPoint(point: bigint, fence: Fence): void {
    this._checkNext(point);
    checkMember(fence);
    this._addPoint(point, fence);
  }

  /**
   * SY8: the fence to wait for where the point is wanted; of 0n, which may be left out, the one that it holds.
   * Throws EINVAL when nobody has submitted that point.
   */
  find(point: bigint = 0n): Fence {
    checkPoint(point);
    const fence = fenceAt(this.#fence, point);
    if (fence !== null) return fence;
    throw new SignalboxError(
      "EINVAL",
      point === 0n
        ? `[SyncObject "${this.name}"] is empty`
        : `[SyncObject "${this.name}"] has no point ${point}: the last one submitted is ${this.lastSubmitted}`,
    );
  }

  /** SY9: the highest point that is known to have signalled; 0n for a binary fence, whatever its state. */
  get lastSignalled(): bigint {
    const head = this.#fence;
    if (!(head instanceof FenceChain)) return 0n;
    let oldest = head;
    for (let node = head.previous; node instanceof FenceChain && node.context === head.context; node = node.previous) {
      oldest = node;
    }
    return oldest.signalled ? oldest.point : oldest.previousPoint;
  }

  /** SY9: the highest point that was submitted, signalled or not; 0n for a binary fence. */
  get lastSubmitted(): bigint {
    return this.#fence instanceof FenceChain ? this.#fence.point : 0n;
  }

  /** One point of it, to wait for, depend on, transfer or signal by a job; 0n, which may be left out, is binary use. */
  at(point: bigint = 0n): SyncPoint {
    return new SyncPoint(this, point);
  }

  /** Waits for a point: `object.at(point).wait(options)`. */
  wait(point: bigint = 0n, options?: SyncWaitOptions): Promise<void> {
    return this.at(point).wait(options);
  }

  /**
   * SY19: lets a registration act once, when the point signals, or with `available` as soon as it was submitted; if that has
   * happened already, at once. Works before the point was submitted; `registration.cancel()` takes it back at any time.
   * Throws EINVAL for a registration that is registered already.
   *
   * @example `frames.notify(Registration.wake(cells, 0), 7n)`
   */
  notify(registration: Registration, point: bigint = 0n, options?: NotifyOptions): void {
    checkPoint(point);
    notifyAt(this, point, registration, options?.available ?? false);
  }

  /** @internal The fence of the point, or null: then the arrival is told when there is one. */
  _await(arrival: Arrival): Fence | null {
    const fence = fenceAt(this.#fence, arrival._point);
    if (fence === null) (this.#arrivals ??= new Set()).add(arrival);
    return fence;
  }

  /** @internal The arrival isn't interested any more. */
  _forget(arrival: Arrival): void {
    this.#arrivals?.delete(arrival);
  }

  /** @internal How many wait for a fence to appear. */
  get _awaited(): number {
    return this.#arrivals?.size ?? 0;
  }

  /** @internal Q33. */
  _checkNext(point: bigint): void {
    checkPoint(point);
    if (this.ordered && this.#fence instanceof FenceChain && point <= this.#fence.point) {
      throw new SignalboxError(
        "EINVAL",
        `[SyncObject "${this.name}"] is ordered: point ${point} is not above ${this.#fence.point}, the last one submitted`,
      );
    }
  }

  /** @internal `replace` without the check: a submission may not fail here. */
  _replace(fence: Fence | null): void {
    if (fence === this.#fence) return;
    this.#fence = fence;
    this.#untilWalk = 0; // Who knows what is in it.
    this.#tellArrivals();
  }

  /** @internal `addPoint` without the checks. */
  _addPoint(point: bigint, fence: Fence): void {
    const previous = this.#fence;
    const head = appendPoint(previous, fence, point, this._platform);
    this.#fence = head;
    this.#mayAsk ||= fence._canBeAsked;
    this.#tellArrivals();
    this.#collect(head, previous);
  }

  // A delivery: whatever signals here has its consequences when everybody was told.
  #tellArrivals(): void {
    const arrivals = this.#arrivals;
    if (arrivals === null || arrivals.size === 0) return;
    deliver(() => {
      for (const arrival of arrivals) {
        const found = fenceAt(this.#fence, arrival._point);
        if (found === null) continue;
        // An issuer that was asked may have changed what is here, and so had this arrival told; or forgotten.
        if (arrivals.delete(arrival)) arrival._arrived(found);
      }
    });
  }

  // CH4: walking collects what has signalled. The kernel walks the whole chain at each point. Here, too, as long as a fence on
  // it signals by being asked, since others see that it was. Otherwise each point takes one step, which takes away all that has
  // signalled below the former head, and a walk of n pending nodes is due n points later.
  #collect(head: FenceChain, previous: Fence | null): void {
    if (!(previous instanceof FenceChain)) return;
    const walks = --this.#untilWalk <= 0 || this.#mayAsk;
    // Before anybody is asked: issuers may add points, too, and take note of them.
    if (walks && this.#fence === head) this.#mayAsk = head.contained._canBeAsked || previous.contained._canBeAsked;
    let pending = 1;
    for (let node = previous.previous; walks && node !== null; node = previousOf(node)) {
      pending++;
      if (containedOf(node)._canBeAsked) this.#mayAsk = true;
    }
    if (walks) this.#untilWalk = pending;
  }
}
