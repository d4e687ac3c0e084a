/**
 * Fence chains: timelines made of other people's fences. Each node is a point, with a fence of its own and a link to the
 * node before it; it signals when its fence and everything before it have.
 *
 * States: see container.ts. While attached it watches one fence: the newest one, from its own on backwards, that has not
 * signalled; and then the next.
 *
 * Invariants:
 * - CH2: a node on a chain has the chain's context if its point is later, else a new one; points never go down.
 * - CH3: a node has signalled only when its fence, and all fences further down, have.
 * - CH4: who walks, collects: nodes whose fence has signalled are bypassed. They are kept by nothing here after that.
 * - CH6: one registration per attached node, however long the chain.
 * - CH7, Q32: a point's failure is no error of the node, as in the kernel. `firstFailure()`, `failure()` and a wait tell of it.
 * - Constant stack: everything that follows links is a loop.
 */
import { SignalboxError } from "../errors.ts";
import type { FenceError } from "../errors.ts";
import type { Platform } from "../platform/platform.ts";
import { Container, checkMember, checkPublished, containerTimeline, failedFence, platformOf } from "./container.ts";
import { holdContainers, releaseContainers, settleLater } from "./delivery.ts";
import type { Fence, FenceKind } from "./fence.ts";
import { levelsOf } from "./nesting.ts";
import { checkPoint } from "./order.ts";
import { MEMBER, Registration } from "./registration.ts";
import { SIGNALLED } from "./state.ts";
import type { TimelineCore } from "./timeline-core.ts";

/**
 * How often a node moves its registration to an older point's fence, as the kernel does, before it watches that point's
 * node instead. When every one of n nodes is waited for and the newest fences signal first, the kernel's way is n² moves.
 */
const MOVES = 16;

/** A point of a chain. Made by {@link chainFence}. */
export class FenceChain extends Container {
  /** The fence of this point alone. */
  readonly contained: Fence;
  /** CH2: the point before this one when this one was made; 0 for the first of its context. */
  readonly previousPoint: bigint;
  #previous: Fence | null;
  #watch: Registration | null = null;
  #moves = 0;
  /** The oldest fence that failed among those that were bypassed from here. */
  #collectedFailure: Fence | null = null;

  /** @internal Use `chainFence`. */
  constructor(timeline: TimelineCore, previous: Fence | null, contained: Fence, point: bigint, previousPoint: bigint) {
    super(timeline, point, Math.max(levelsOf(contained) + 1, levelsBefore(previous)));
    this.contained = contained;
    this.#previous = previous;
    this.previousPoint = previousPoint;
  }

  override get kind(): FenceKind {
    return "chain";
  }

  /**
   * CH4: the newest node before this one, or plain fence at the chain's end, whose fence has not signalled; null when all
   * before this one have. Asks their issuers (F16), and drops what has signalled from the chain.
   */
  get previous(): Fence | null {
    holdContainers();
    try {
      for (;;) {
        const before = this.#previous;
        if (before === null || !containedOf(before).signalled) return before;
        // An issuer that was asked may have walked here itself: then this walks the same way once more.
        this.#bypass(before);
      }
    } finally {
      releaseContainers();
    }
  }

  /**
   * CH5: the node to wait for when one wants everything up to `point`: the oldest one that covers it; null when all that has
   * signalled. Point 0 is this node itself. Throws EINVAL for a point that is later than this one, RangeError outside u64.
   *
   * @example `chain.find(5n)?.wait()`
   */
  find(point: bigint | number): Fence | null {
    const wanted = checkPoint(point);
    if (wanted === 0n) return this;
    if (this.point < wanted) {
      throw new SignalboxError("EINVAL", `The chain goes up to point ${this.point} (asked for ${wanted})`);
    }
    holdContainers();
    try {
      if (this.previousPoint < wanted) return this;
      let node = this.previous;
      while (node instanceof FenceChain && node._timeline === this._timeline && node.previousPoint >= wanted) {
        node = node.previous;
      }
      return node;
    } finally {
      releaseContainers();
    }
  }

  /** Q32: what failed first of the points up to this one, the oldest; undefined if none has signalled with an error. */
  firstFailure(): FenceError | undefined {
    return this._failedMember()?._makeError();
  }

  /** @internal What is before this one as far as anybody has noticed: asks nobody, collects nothing. */
  get _before(): Fence | null {
    return this.#previous;
  }

  /** @internal */
  override _failedMember(): Fence | null {
    if (this._state === SIGNALLED) return this.#collectedFailure;
    let oldest = this.#collectedFailure ?? failedFence(this.contained);
    let node = this.#previous;
    while (node !== null) {
      oldest = failedFence(containedOf(node)) ?? oldest;
      if (!(node instanceof FenceChain)) break;
      oldest = node.#collectedFailure ?? oldest;
      node = node.#previous;
    }
    return oldest;
  }

  /** @internal */
  override _membersDone(): boolean {
    return this.contained.signalled && this.previous === null;
  }

  /** @internal CH6: on the newest fence that has not signalled. */
  override _attach(): boolean {
    const watch = (this.#watch ??= new Registration(MEMBER, this, 0));
    if (watch.registered || this.contained._register(watch)) return true;
    for (let node = this.previous; node !== null; node = previousOf(node)) {
      if (this.#watched(node)._register(watch)) return true;
    }
    return false;
  }

  /** @internal */
  override _detach(): void {
    this.#watch?.cancel();
  }

  /** @internal */
  override _hurryMembers(time: number): void {
    this.contained.setDeadline(time);
    for (let node = this.previous; node !== null; node = previousOf(node)) containedOf(node).setDeadline(time);
  }

  /** @internal SIGNALLING: what is next to watch is looked for later. */
  override _memberSignalled(): void {
    settleLater(this);
  }

  /** @internal */
  override _settle(): void {
    if (this._state === SIGNALLED || !this._attached) return;
    this.#moves++;
    this._follow();
  }

  /** @internal All of it has signalled: what failed is known, and nothing before it is needed any more. */
  override _signal(): void {
    this.#collectedFailure = this._failedMember();
    this.#previous = null;
    super._signal();
  }

  /** @internal Of all its points. */
  override *_inside(): Generator<Fence, void, undefined> {
    yield this.contained;
    for (let node = this.previous; node !== null; node = previousOf(node)) yield containedOf(node);
  }

  #watched(node: Fence): Fence {
    const follows = this.#moves > MOVES && node instanceof FenceChain && node._attached;
    return follows ? node : containedOf(node);
  }

  #bypass(before: Fence): void {
    const isChain = before instanceof FenceChain;
    this.#previous = isChain ? before.#previous : null;
    const failed = (isChain ? before.#collectedFailure : null) ?? failedFence(containedOf(before));
    if (failed !== null) this.#collectedFailure = failed;
  }
}

/** What a chain does with a point that is not later than those before it (Q33). */
export interface FenceChainOptions {
  /**
   * `"reject"` throws EINVAL, and is what happens if left out; `"lift"` does as the kernel: the node gets the latest point
   * there is, and a context of its own (CH2).
   */
  readonly outOfOrder?: "reject" | "lift";
}

/**
 * Adds a point to a chain: a node that signals when `fence` and everything before it have (CH1-CH8).
 *
 * `previous` is the newest node so far, a plain fence to begin behind, or null. `fence` should be no chain itself: as in the
 * kernel, it would be one fence of the point, and not be walked into. Throws EINVAL for a fence that was not submitted yet,
 * for containers that are nested 256 deep (what has signalled doesn't count) and for a point out of order; RangeError for a
 * point outside u64.
 *
 * @example
 * ```ts
 * let frames: FenceChain | null = null;
 * for (const [n, done] of fences.entries()) frames = chainFence(frames, done, BigInt(n + 1));
 * await frames?.find(3n)?.wait();
 * ```
 */
export function chainFence(
  previous: Fence | null,
  fence: Fence,
  point: bigint | number,
  options: FenceChainOptions = {},
): FenceChain {
  const wanted = checkPoint(point);
  checkMember(fence);
  if (previous !== null) checkPublished(previous);
  if (previous instanceof FenceChain && wanted <= previous.point && options.outOfOrder !== "lift") {
    throw new SignalboxError(
      "EINVAL",
      `The chain is at point ${previous.point}: the next must be later (got ${wanted})`,
    );
  }
  return appendPoint(previous, fence, wanted, platformOf(previous === null ? [fence] : [fence, previous]));
}

/** As `chainFence` for who has checked the fence (`checkMember`): can't fail, and lifts. A new timeline goes by this clock. */
export function appendPoint(previous: Fence | null, fence: Fence, point: bigint, platform: Platform): FenceChain {
  const last = previous instanceof FenceChain ? previous : null;
  if (last !== null && point > last.point) return new FenceChain(last._timeline, last, fence, point, last.point);
  const timeline = containerTimeline("dma_fence_chain", platform, 64);
  return new FenceChain(timeline, previous, fence, last?.point ?? point, 0n);
}

// Points are beside each other; a fence that is no chain is inside, as the fence of a point is.
function levelsBefore(previous: Fence | null): number {
  if (previous === null) return 0;
  return previous instanceof FenceChain ? levelsOf(previous) : levelsOf(previous) + 1;
}

/** The fence of a point; a fence that is no chain stands for itself. */
export function containedOf(fence: Fence): Fence {
  return fence instanceof FenceChain ? fence.contained : fence;
}

/** CH4: what is before a node and has not signalled; nothing is before a fence that is no chain. Collects. */
export function previousOf(fence: Fence): Fence | null {
  return fence instanceof FenceChain ? fence.previous : null;
}
