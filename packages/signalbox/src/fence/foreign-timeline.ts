/**
 * Foreign timelines: contexts whose seqnos and whose order of signals are somebody else's: another machine's, another
 * thread's, a kernel's.
 *
 * Invariants: F5: the id is never used again. F4: seqnos are u64, exact; two fences may have the same. Promise 2 is not kept
 * here but there: a driver fence of a foreign timeline signals when it is told to.
 */
import { hooks } from "../hooks.ts";
import { realPlatform } from "../platform/real.ts";
import { enterDelivery, leaveDelivery } from "./delivery.ts";
import { DriverFence } from "./driver-fence.ts";
import { Fence, signalFence } from "./fence.ts";
import { OpsFence } from "./ops-fence.ts";
import type { FenceOps } from "./ops-fence.ts";
import { checkPoint } from "./order.ts";
import { PUBLISHED, SIGNALLED } from "./state.ts";
import { TimelineCore } from "./timeline-core.ts";
import type { TimelineOptions } from "./timeline.ts";
import type { TurnKeeper } from "./turns.ts";

/** A fence whose seqno a number can't hold. */
class LargeFence extends OpsFence {
  readonly #point: bigint;

  constructor(timeline: TimelineCore, point: bigint, ops: FenceOps, turns: TurnKeeper) {
    super(timeline, Number(point), ops, turns);
    this.#point = point;
  }

  override get point(): bigint {
    return this.#point;
  }
}

/**
 * A timeline that somebody else numbers and keeps in order.
 *
 * @example
 * ```ts
 * const remote = new ForeignTimeline("worker 3");
 * const done = remote.fence(message.seqno);
 * socket.once("done", () => done.signal(message.timestamp));
 * ```
 */
export class ForeignTimeline implements TurnKeeper {
  readonly #core: TimelineCore;

  constructor(name: string, options: TimelineOptions = {}) {
    const { driver = "signalbox", platform = realPlatform, bits = 64 } = options;
    this.#core = new TimelineCore(name, driver, platform, bits);
  }

  /** Its id: what `fence.context` says. */
  get context(): number {
    return this.#core.id;
  }

  /** Its name. */
  get name(): string {
    return this.#core.name;
  }

  /** Makes a fence with that seqno, which must be signalled from now on. Throws RangeError for a seqno outside u64. */
  fence(seqno: bigint | number, ops?: FenceOps): DriverFence {
    const fence = this.#make(checkPoint(seqno), ops);
    if (hooks.tracer !== null) hooks.tracer.fenceCreated(fence);
    const handle = new DriverFence(this, fence);
    if (hooks.lockdep !== null) hooks.lockdep.made(handle, this);
    return handle;
  }

  /** @internal Every turn is somebody else's affair. */
  _checkTurn(): void {
    // Nothing to compare with.
  }

  /** @internal */
  _signal(fence: Fence): boolean {
    enterDelivery();
    try {
      return signalFence(fence);
    } finally {
      leaveDelivery();
    }
  }

  /** @internal */
  _hasSignal(fence: Fence): boolean {
    return fence._state === SIGNALLED;
  }

  /** @internal */
  _signalInTurn(fence: Fence): void {
    this._signal(fence);
  }

  /** @internal */
  _signalPast(fence: Fence): void {
    this._signal(fence);
  }

  #make(point: bigint, ops: FenceOps | undefined): Fence {
    const seqno = Number(point);
    if (!Number.isSafeInteger(seqno)) return new LargeFence(this.#core, point, ops ?? {}, this);
    if (ops === undefined) return new Fence(this.#core, seqno, PUBLISHED);
    return new OpsFence(this.#core, seqno, ops, this);
  }
}
