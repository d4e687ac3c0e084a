/**
 * The timeline: a fence context of a program's own, with sequence numbers that signal in order.
 *
 * States: open -> closed (makes no more fences; what was outstanding has signalled with an error).
 *
 * Invariants:
 * - F5, F6: its id is never used again; its seqnos grow by one.
 * - Promise 2: fences signal in the order of their seqnos. Signalling one out of turn throws; where a registration or an
 *   issuer's answer does it, it is marked, and signals when its predecessors have.
 * - Promise 1: closing signals every fence that is outstanding.
 *
 * Job queues have timelines too, but keep their own lists: see queue/job-queue.ts.
 */
import { SignalboxError, checkErrno, errno } from "../errors.ts";
import type { NegativeErrno } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { Platform } from "../platform/platform.ts";
import { realPlatform } from "../platform/real.ts";
import { enterDelivery, leaveDelivery } from "./delivery.ts";
import { DriverFence } from "./driver-fence.ts";
import { Fence, signalFence } from "./fence.ts";
import { OpsFence } from "./ops-fence.ts";
import type { FenceOps } from "./ops-fence.ts";
import { seqnoLater } from "./order.ts";
import { PrivateFence } from "./private-fence.ts";
import { PUBLISHED, SIGNALLED } from "./state.ts";
import { TimelineCore } from "./timeline-core.ts";
import type { SeqnoBits } from "./timeline-core.ts";
import type { TurnKeeper } from "./turns.ts";
import { describe } from "./words.ts";

/** How a timeline is made. */
export interface TimelineOptions {
  /** The name of what drives it, as traces and errors show it; "signalbox" if left out. */
  readonly driver?: string;
  /** F4: how wide its seqnos are when compared; 64 if left out. */
  readonly bits?: SeqnoBits;
  /** Where its clock and timers come from; the real ones if left out. */
  readonly platform?: Platform;
}

/**
 * A chain of promises that are kept in order: makes driver fences, and signals many at once.
 *
 * @example
 * ```ts
 * const frames = new Timeline("frames");
 * const first = frames.fence(), second = frames.fence();
 * frames.signalThrough(second.fence.seqno); // an interrupt that found both done: signals first, then second
 * ```
 */
export class Timeline implements TurnKeeper {
  readonly #core: TimelineCore;
  #oldest: Fence | null = null;
  #newest: Fence | null = null;
  #closed = false;
  /** Fences that were signalled before their turn. */
  readonly #early = new Set<Fence>();

  constructor(name: string, options: TimelineOptions = {}) {
    this.#core = new TimelineCore(
      name,
      options.driver ?? "signalbox",
      options.platform ?? realPlatform,
      options.bits ?? 64,
    );
  }

  /** Its id: what `fence.context` says. */
  get context(): number {
    return this.#core.id;
  }

  /** Its name. */
  get name(): string {
    return this.#core.name;
  }

  /** The seqno of the newest fence made; 0 before the first. */
  get lastSeqno(): number {
    return this.#core.lastSeqno;
  }

  /** Makes the next fence, which must be signalled from now on. Throws EINVAL on a closed timeline. */
  fence(ops?: FenceOps): DriverFence {
    this.#checkOpen();
    const seqno = this.#nextSeqno();
    const fence =
      ops === undefined ? new Fence(this.#core, seqno, PUBLISHED) : new OpsFence(this.#core, seqno, ops, this);
    if (this.#newest === null) this.#oldest = fence;
    else this.#newest._next = fence;
    this.#newest = fence;
    if (hooks.tracer !== null) hooks.tracer.fenceCreated(fence);
    const handle = new DriverFence(this, fence);
    if (hooks.lockdep !== null) hooks.lockdep.made(handle, this);
    return handle;
  }

  /**
   * A fence that nobody has been promised yet: it has no seqno, and holds nothing up, before `publish` makes it one of this
   * timeline. Throws EINVAL on a closed timeline.
   *
   * @example `const ready = publish(frames.privateFence(), (must) => must.transferTo(compute, blur));`
   */
  privateFence(): PrivateFence {
    this.#checkOpen();
    return new PrivateFence({ name: this.name, check: () => this.#checkOpen(), make: () => this.fence() });
  }

  /**
   * Signals every outstanding fence up to and including `seqno`, oldest first; answers how many.
   * One delivery: their registrations run when all of them have signalled. Throws RangeError for a seqno not given out yet.
   */
  signalThrough(seqno: number): number {
    if (!Number.isInteger(seqno) || seqnoLater(seqno, this.#core.lastSeqno, this.#core.bits)) {
      throw new RangeError(
        `[Timeline "${this.name}"] has given out seqnos up to ${this.#core.lastSeqno} (got ${seqno})`,
      );
    }
    if (hooks.lockdep !== null) hooks.lockdep.swept(this);
    let count = 0;
    enterDelivery();
    try {
      while (this.#oldest !== null && !seqnoLater(this.#oldest._seqno, seqno, this.#core.bits)) {
        this.#signalOldest(this.#oldest);
        count++;
      }
      this.#signalMarked();
    } finally {
      leaveDelivery();
    }
    return count;
  }

  /**
   * Makes no more fences; those outstanding signal with `error` (ENOENT if left out, as the kernel's software timelines do, SW1).
   * A second call finds nothing outstanding.
   */
  close<Value extends number>(error?: NegativeErrno<Value>, cause?: unknown): void;
  close(error: number = errno.ENOENT, cause?: unknown): void {
    checkErrno(error);
    this.#closed = true;
    enterDelivery();
    try {
      while (this.#oldest !== null) {
        if (!this.#early.has(this.#oldest)) this.#oldest._setError(error, cause);
        this.#signalOldest(this.#oldest);
      }
    } finally {
      leaveDelivery();
    }
  }

  /** @internal Promise 2: throws unless it is this fence's turn. */
  _checkTurn(fence: Fence): void {
    if (this.#oldest !== fence && this.#oldest !== null) {
      throw new SignalboxError(
        "EINVAL",
        `Fence ${describe(fence)} can't signal before ${describe(this.#oldest)} has: a timeline signals in order (signalThrough(${fence.seqno}) signals both)`,
      );
    }
  }

  /** @internal */
  _signal(fence: Fence): boolean {
    this._checkTurn(fence);
    enterDelivery();
    try {
      this.#signalOldest(fence);
      this.#signalMarked();
    } finally {
      leaveDelivery();
    }
    return true;
  }

  /** @internal F13: whether the fence has signalled, or will as soon as its turn comes. */
  _hasSignal(fence: Fence): boolean {
    return fence._state === SIGNALLED || this.#early.has(fence);
  }

  /** @internal SIGNALLING: signals the fence when its turn comes, which may be now. */
  _signalInTurn(fence: Fence): void {
    this.#early.add(fence);
    enterDelivery();
    try {
      this.#signalMarked();
    } finally {
      leaveDelivery();
    }
  }

  /** @internal F16, F20: the issuer said that the device is past this fence; so it may be past those before it, and is asked. */
  _signalPast(fence: Fence): void {
    if (fence._state === SIGNALLED) return;
    this.#early.add(fence);
    enterDelivery();
    try {
      for (let oldest = this.#oldest; oldest !== null && oldest !== fence; oldest = this.#oldest) {
        if (!this.#early.has(oldest) && !oldest._isPast()) break;
        // Its issuer may have signalled it while it was asked.
        if (this.#oldest === oldest) this.#signalOldest(oldest);
      }
      this.#signalMarked();
    } finally {
      leaveDelivery();
    }
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new SignalboxError("EINVAL", `[Timeline "${this.name}"] is closed and makes no more fences`);
  }

  #signalMarked(): void {
    while (this.#oldest !== null && this.#early.has(this.#oldest)) this.#signalOldest(this.#oldest);
  }

  #signalOldest(fence: Fence): void {
    this.#early.delete(fence);
    this.#oldest = fence._next;
    fence._next = null;
    if (this.#oldest === null) this.#newest = null;
    signalFence(fence);
  }

  #nextSeqno(): number {
    const next = this.#core.lastSeqno + 1;
    this.#core.lastSeqno = this.#core.bits === 32 ? next >>> 0 : next;
    return this.#core.lastSeqno;
  }
}
