/**
 * Containers: fences that stand for other fences. What arrays and chains have in common.
 *
 * States, beside a fence's own: detached (watches no member) -> attached (somebody waits, so the members are watched) ->
 * signalled, and detached. Back to detached also when the last who waited gave up, so that a long-lived member doesn't collect
 * the registrations of containers that nobody is interested in any more; not after `enableSignalling()`, which is for good, and
 * never in the midst of attaching, where members' issuers run, which may register here, cancel, and ask.
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
import { checkNesting } from "./nesting.ts";
import type { Nested } from "./nesting.ts";
import type { MemberWatcher, Registration } from "./registration.ts";
import { PUBLISHED, SIGNALLED } from "./state.ts";
import { TimelineCore } from "./timeline-core.ts";
import type { SeqnoBits } from "./timeline-core.ts";
import { causeText, describe } from "./words.ts";

/** The timeline of a container: one of its own, or a given context. */
export function containerTimeline(driver: string, platform: Platform, bits: SeqnoBits, context?: number): TimelineCore {
  return new TimelineCore("unbound", driver, platform, bits, context);
}

/** The clock that a container of these goes by: of the first, except that stubs have nobody's. There must be one fence. */
export function platformOf(fences: readonly Fence[]): Platform {
  const first = fences.find(({ kind }) => kind !== "stub") ?? fences[0]!;
  return first._timeline.platform;
}

/** A fence that stands for others: a `FenceArray` or a `FenceChain`. Nothing else extends it. */
export abstract class Container extends Fence implements Settleable, MemberWatcher, Nested {
  /** @internal */ _nextToSettle: Settleable | null = null;
  /** @internal */ _toSettle = false;
  /** @internal Whether the members are watched. */ _attached = false;
  /** @internal See nesting.ts. */ _levels: number;
  readonly #point: bigint;
  #forGood = false;
  /** How many calls are in the midst of attaching: they run issuers' code, and need the container as it is until they end. */
  #attaching = 0;

  /** @internal */
  constructor(timeline: TimelineCore, point: bigint, levels: number) {
    super(timeline, Number(point), PUBLISHED);
    this.#point = point;
    this._levels = levels;
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

  /** @internal A3: nobody tells it of its members while it is detached. */
  override get _canBeAsked(): boolean {
    return this._state !== SIGNALLED;
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
    this._follow();
    return this._state !== SIGNALLED;
  }

  /** @internal */
  override _register(registration: Registration): boolean {
    this.#attaching++;
    try {
      return super._register(registration);
    } finally {
      this.#attaching--;
      this.#detachIfIdle();
    }
  }

  /** @internal */
  override _unlink(registration: Registration): void {
    super._unlink(registration);
    this.#detachIfIdle();
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
    try {
      signalUntraced(this);
    } finally {
      this.#detachIfIdle();
      leaveDelivery();
    }
  }

  /** @internal Attached: watches what there is to watch, and signals if that is nothing. */
  _follow(): void {
    this.#attaching++;
    holdContainers();
    try {
      if (!this._attach() && this._state !== SIGNALLED) this._signal();
    } finally {
      this.#attaching--;
      this.#detachIfIdle();
      releaseContainers();
    }
  }

  /** @internal A member that failed without its error becoming the container's, once this has signalled; the one to tell of. */
  abstract _failedMember(): Fence | null;

  /** @internal A3, CH3: looks whether the container has to signal, asking members' issuers if need be. */
  abstract _membersDone(): boolean;

  /**
   * @internal Watches what it takes to know when to signal; false when there is nothing to wait for. Issuers that are told of
   * it may do anything, so that this may have signalled meanwhile; but not be detached.
   */
  abstract _attach(): boolean;

  /** @internal Watches nothing any more. */
  abstract _detach(): void;

  /** @internal F28. */
  abstract _hurryMembers(time: number): void;

  /** @internal */
  abstract _memberSignalled(fence: Fence): void;

  /** @internal */
  abstract _settle(): void;

  /** @internal See nesting.ts. */
  abstract _inside(): Iterable<Fence>;

  // Nobody waits any more, or for nothing.
  #detachIfIdle(): void {
    if (!this._attached || this.#attaching > 0) return;
    if (this._state !== SIGNALLED && (this._registrations !== null || this.#forGood)) return;
    this._attached = false;
    this._detach();
  }
}

/** Throws EINVAL for what can't be inside a container: what nobody has promised yet, and what is nested too deep itself. */
export function checkMember(fence: Fence): void {
  checkPublished(fence);
  checkNesting(fence);
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
