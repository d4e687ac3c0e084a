/**
 * Fence arrays: one fence that signals when all of its members have, or any of them.
 *
 * States: see container.ts. While attached it counts the members that are still needed.
 *
 * Invariants:
 * - A2: it signals when as many members as are needed have, once; later ones change nothing.
 * - A4: attaching counts the members that have signalled already, and takes the first error among them.
 * - A5: the first error of a member that it watched is its own. Where nobody waited, nothing was watched, and `error` says
 *   nothing, as the kernel's doesn't; `failure()` and a wait tell of it nevertheless.
 * - A6: members are no containers, unless the caller says so: an array of arrays of its own mode is made flat, and so are
 *   chains in an array that needs all. Where flattening would change what is waited for, the container stays a member.
 */
import { SignalboxError } from "../errors.ts";
import { FenceChain, containedOf, previousOf } from "./chain.ts";
import { Container, checkPublished, containerTimeline, failedFence, platformOf } from "./container.ts";
import { holdContainers, releaseContainers, settleLater } from "./delivery.ts";
import type { Fence, FenceKind } from "./fence.ts";
import type { ForeignTimeline } from "./foreign-timeline.ts";
import { Inherited } from "./inherited.ts";
import { checkNesting, levelsOver } from "./nesting.ts";
import { checkPoint } from "./order.ts";
import { MEMBER, Registration } from "./registration.ts";
import { SIGNALLED } from "./state.ts";
import type { TimelineCore } from "./timeline-core.ts";

/** How an array is made. */
export interface FenceArrayOptions {
  /** Signal with the first member instead of the last. */
  readonly any?: boolean;
  /** The timeline whose context it gets; a context of its own if left out. */
  readonly on?: ForeignTimeline;
  /** Its seqno there; 1 if left out. */
  readonly seqno?: bigint | number;
  /** `"keep"`: containers stay members as they are, which the kernel calls misuse (A6) but does; `"flatten"` if left out. */
  readonly nested?: "flatten" | "keep";
}

/**
 * A fence over several others. Made by {@link fenceArray} and `mergeFences`.
 *
 * `failure()` tells of the member that failed, as its `cause`.
 */
export class FenceArray extends Container {
  /** The members, in the order in which they were given; for ever. */
  readonly fences: readonly Fence[];
  /** Whether the first member is enough. */
  readonly any: boolean;
  /** How many signals are still needed, while attached. */
  #pending = 0;
  #watches: Registration[] = [];
  /** A member whose failure was found by looking, which the kernel's rules don't count. */
  #found: Fence | null = null;

  /** @internal Use `fenceArray`. */
  constructor(timeline: TimelineCore, point: bigint, fences: readonly Fence[], any: boolean) {
    super(timeline, point, levelsOver(fences));
    this.fences = fences;
    this.any = any;
  }

  override get kind(): FenceKind {
    return "array";
  }

  /** @internal */
  override _failedMember(): Fence | null {
    return this.#found;
  }

  /** @internal */
  override _membersDone(): boolean {
    if (this._attached) return this.#pending <= 0;
    let pending = this.#needed();
    let failed: Fence | null = null;
    for (const fence of this.fences) {
      if (!fence.signalled) continue;
      failed ??= failedFence(fence);
      if (--pending === 0) {
        this.#found ??= failed;
        return true;
      }
    }
    return false;
  }

  /** @internal */
  override _attach(): boolean {
    this.#pending = this.#needed();
    for (const fence of this.fences) {
      const watch = new Registration(MEMBER, this, 0);
      const registered = fence._register(watch);
      if (registered) this.#watches.push(watch);
      // An issuer may have asked this array: then it takes no error any more (F9), and has nobody else to tell.
      if (this._state === SIGNALLED) return true;
      if (registered) continue;
      this.#takeError(fence);
      if (--this.#pending === 0) return false;
    }
    return true;
  }

  /** @internal */
  override _detach(): void {
    for (const watch of this.#watches) watch.cancel();
    this.#watches = [];
  }

  /** @internal */
  override _hurryMembers(time: number): void {
    for (const fence of this.fences) fence.setDeadline(time);
  }

  /** @internal SIGNALLING: counts, and takes an error at the most. */
  override _memberSignalled(fence: Fence): void {
    if (this._state === SIGNALLED) return;
    this.#takeError(fence);
    if (--this.#pending === 0) settleLater(this);
  }

  /** @internal */
  override _settle(): void {
    if (this._state !== SIGNALLED) this._signal();
  }

  /** @internal */
  override _inside(): readonly Fence[] {
    return this.fences;
  }

  #needed(): number {
    return this.any ? 1 : this.fences.length;
  }

  #takeError(fence: Fence): void {
    if (this._error === 0 && fence._error !== 0) this._setError(fence._error, new Inherited(fence));
    this.#found ??= failedFence(fence);
  }
}

/**
 * One fence for several: it signals with the last of them, or with the first under `any` (A1-A8).
 *
 * Members may have signalled already, and may come twice. Throws EINVAL for an empty list, for a fence that was not submitted
 * yet, and for containers that are nested 256 deep (what has signalled doesn't count); RangeError for a seqno outside u64.
 *
 * @example
 * ```ts
 * await fenceArray([uploaded, compiled]).wait({ timeout: 1_000 });
 * await fenceArray([done, shutdown], { any: true }).wait();
 * ```
 */
export function fenceArray(fences: readonly Fence[], options: FenceArrayOptions = {}): FenceArray {
  const { any = false, on, seqno = 1n, nested = "flatten" } = options;
  if (fences.length === 0) throw new SignalboxError("EINVAL", "An array needs a fence at least (got none)");
  for (const fence of fences) checkPublished(fence);
  const point = checkPoint(seqno);
  const members = nested === "keep" ? [...fences] : flattened(fences, any);
  members.forEach(checkNesting);
  const timeline = containerTimeline("dma_fence_array", platformOf(members), 32, on?.context);
  return new FenceArray(timeline, point, members, any);
}

/** The array that stands for such members, on a timeline of its own; they are what they should be. */
export function arrayOf(members: readonly Fence[]): FenceArray {
  members.forEach(checkNesting);
  return new FenceArray(containerTimeline("dma_fence_array", platformOf(members), 32), 1n, members, false);
}

/** A6: the members without containers, as far as that changes nothing of what is waited for. */
function flattened(fences: readonly Fence[], any: boolean): Fence[] {
  const members: Fence[] = [];
  const add = (fence: Fence): void => {
    if (fence instanceof FenceArray && fence.any === any) fence.fences.forEach(add);
    else if (any || !(fence instanceof FenceChain)) members.push(fence);
    else for (let node: Fence | null = fence; node !== null; node = previousOf(node)) add(containedOf(node));
  };
  holdContainers();
  try {
    fences.forEach(add);
  } finally {
    releaseContainers();
  }
  return members;
}
