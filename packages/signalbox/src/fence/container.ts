/**
 * Containers: fences that stand for other fences. What arrays and chains have in common.
 *
 * States, beside a fence's own: detached (watches no member) -> attached (somebody waits, so the members are watched) ->
 * signalled. Back to detached when the last who waited gave up, so that a long-lived member doesn't collect the
 * registrations of containers that nobody is interested in any more; not after `enableSignalling()`, which is for good.
 *
 * Invariants:
 * - A3, Q31: members are watched from the first registration on. Until then, who asks makes the container look at them.
 * - F14, Q30: a member's signal never signals the container inside it: the container is settled after all that is due.
 * - A7: the names are the kernel's. The trace is not told of containers: it knows their members.
 */
import { FenceError, SignalboxError, errorName } from "../errors.ts";
import type { Platform } from "../platform/platform.ts";
import { enterDelivery, holdContainers, leaveDelivery, releaseContainers } from "./delivery.ts";
import type { Settleable } from "./delivery.ts";
import { Fence, signalUntraced } from "./fence.ts";
import { Inherited, shownCause } from "./inherited.ts";
import type { MemberWatcher, Registration } from "./registration.ts";
import { PUBLISHED, SIGNALLED } from "./state.ts";
import { TimelineCore } from "./timeline-core.ts";
import type { SeqnoBits } from "./timeline-core.ts";
import { causeText, describe } from "./words.ts";

/** The timeline of a container: one of its own, or a given context. */
export function containerTimeline(driver: string, platform: Platform, bits: SeqnoBits, context?: number): TimelineCore {
  return new TimelineCore("unbound", driver, platform, bits, context);
}

/** A fence that stands for others: a `FenceArray` or a `FenceChain`. Nothing else extends it. */
export abstract class Container extends Fence implements Settleable, MemberWatcher {
  /** @internal */ _nextToSettle: Settleable | null = null;
  /** @internal */ _toSettle = false;
  /** @internal Whether the members are watched. */ _attached = false;
  readonly #point: bigint;
  #forGood = false;

  /** @internal */
  constructor(timeline: TimelineCore, point: bigint) {
    super(timeline, Number(point), PUBLISHED);
    this.#point = point;
  }

  override get point(): bigint {
    return this.#point;
  }

  /**
   * What failed, as an error to show or throw; undefined if nothing did, or the container has not signalled. Tells of a member's
   * failure also where `error` and `status`, which follow the kernel, do not: see the classes.
   */
  override failure(): FenceError | undefined {
    if (this._state !== SIGNALLED) return undefined;
    if (this._error !== 0) return this._makeError();
    const failed = this._failedMember();
    if (failed === null) return undefined;
    const cause = shownCause(new Inherited(failed));
    return new FenceError(`Fence ${describe(this)} failed: ${errorName(failed._error)}${causeText(cause)}`, {
      errno: failed._error,
      timeline: this._timeline.name,
      seqno: this._seqno,
      cause,
    });
  }

  override enableSignalling(): boolean {
    this.#forGood = true;
    return super.enableSignalling();
  }

  /** @internal */
  override _poll(): boolean {
    holdContainers();
    try {
      if (this._membersDone() && this._state !== SIGNALLED) this._signal();
    } finally {
      releaseContainers();
    }
    return this._state === SIGNALLED;
  }

  /** @internal */
  override _enable(): boolean {
    if (this._attached) return true;
    this._enabled = true;
    this._attached = true;
    holdContainers();
    try {
      if (!this._attach() && this._state !== SIGNALLED) this._signal();
    } finally {
      releaseContainers();
    }
    return this._state !== SIGNALLED;
  }

  /** @internal */
  override _unlink(registration: Registration): void {
    super._unlink(registration);
    if (this._registrations !== null || this._state === SIGNALLED || this.#forGood) return;
    this._attached = false;
    this._detach();
  }

  /** @internal */
  override _forwardDeadline(time: number): void {
    holdContainers();
    try {
      if (!this._poll()) this._hurryMembers(time);
    } finally {
      releaseContainers();
    }
  }

  /** @internal Signals: what this makes due runs before anything else of the batch is settled. */
  _signal(): void {
    enterDelivery();
    this._detach();
    signalUntraced(this);
    leaveDelivery();
  }

  /** @internal A member that failed without its error becoming the container's, once this has signalled; the one to tell of. */
  abstract _failedMember(): Fence | null;

  /** @internal A3, CH3: looks whether the container has to signal, asking members' issuers if need be. */
  abstract _membersDone(): boolean;

  /** @internal Watches what it takes to know when to signal; false when there is nothing to wait for. */
  abstract _attach(): boolean;

  /** @internal Watches nothing any more. */
  abstract _detach(): void;

  /** @internal F28. */
  abstract _hurryMembers(time: number): void;

  /** @internal */
  abstract _memberSignalled(fence: Fence): void;

  /** @internal */
  abstract _settle(): void;
}

/** Throws EINVAL for a fence that nobody has promised yet: what stands for it might never signal. */
export function checkPublished(fence: Fence): void {
  if (fence._state < PUBLISHED) {
    throw new SignalboxError("EINVAL", `${describe(fence)} was not submitted, so nothing can stand for it`);
  }
}

/** The fence whose failure a fence has, or hides as a container may (CH7); null unless it has signalled and something failed. */
export function failedFence(fence: Fence): Fence | null {
  if (fence._state !== SIGNALLED) return null;
  if (fence._error !== 0) return fence;
  return fence instanceof Container ? fence._failedMember() : null;
}
