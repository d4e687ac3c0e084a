/**
 * A fence whose issuer can be asked and told: whether it has signalled, that somebody waits, that somebody is in a hurry.
 *
 * Invariants: F16: `poll` answering true makes the question the signal. F20: `enableSignalling` is called once, at the
 * first registration, and answering false signals the fence there and then.
 */
import { Fence, signalFence } from "./fence.ts";
import { FRESH, SIGNALLED } from "./state.ts";
import type { FenceStateNumber } from "./state.ts";
import type { TimelineCore } from "./timeline-core.ts";

/** What the issuer of a fence can offer beyond signalling it. Called synchronously, possibly inside a section: must not block, wait or throw. */
export interface FenceOps {
  /** F16: whether the device is past this fence already, although nobody has signalled it. */
  poll?(fence: Fence): boolean;
  /** F20: somebody waits from now on; false when the fence turns out to be signalled. */
  enableSignalling?(fence: Fence): boolean;
  /** F28: somebody wants it by `time` (ms on the platform's clock). Only a hint. */
  setDeadline?(fence: Fence, time: number): void;
}

export class OpsFence extends Fence {
  readonly #ops: FenceOps;
  #enabled = false;

  constructor(timeline: TimelineCore, seqno: number, state: FenceStateNumber, ops: FenceOps) {
    super(timeline, seqno, state);
    this.#ops = ops;
  }

  override _poll(): boolean {
    if (this._state === FRESH || this.#ops.poll?.(this) !== true) return false;
    signalFence(this);
    return true;
  }

  override _enable(): boolean {
    if (this.#enabled) return true;
    this.#enabled = true;
    if (this.#ops.enableSignalling?.(this) !== false) return true;
    signalFence(this);
    return false;
  }

  override _forwardDeadline(time: number): void {
    if (this._state !== SIGNALLED) this.#ops.setDeadline?.(this, time);
  }
}
