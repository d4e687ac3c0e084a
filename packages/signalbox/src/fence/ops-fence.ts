/**
 * A fence whose issuer can be asked and told: whether it has signalled, that somebody waits, that somebody is in a hurry.
 *
 * Invariants:
 * - F16: `poll` answering true makes the question the signal. It is asked by who looks at the fence, not by who registers:
 *   what the device did before the first registration is for `enableSignalling` to find.
 * - F20: `enableSignalling` is called once, at the first registration, and answering false signals the fence there and then.
 * - F28: a deadline asks first: a fence that turns out to be signalled needs no hurry.
 * - Promise 2: both signal in the timeline's turn, so it may still be a predecessor's.
 * - An issuer that throws has answered "no news": its error goes to the agent, never into the section that asked.
 */
import { throwLater } from "../platform/throw-later.ts";
import { Fence } from "./fence.ts";
import { PUBLISHED, SIGNALLED } from "./state.ts";
import type { TimelineCore } from "./timeline-core.ts";
import type { TurnKeeper } from "./turns.ts";

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
  readonly #turns: TurnKeeper;

  constructor(timeline: TimelineCore, seqno: number, ops: FenceOps, turns: TurnKeeper) {
    super(timeline, seqno, PUBLISHED);
    this.#ops = ops;
    this.#turns = turns;
  }

  override get _canBeAsked(): boolean {
    return this.#ops.poll !== undefined && this._state !== SIGNALLED;
  }

  override _isPast(): boolean {
    try {
      return this.#ops.poll?.(this) === true;
    } catch (error) {
      throwLater(this._timeline.platform, error);
      return false;
    }
  }

  override _poll(): boolean {
    if (this._isPast()) this.#turns._signalPast(this);
    // The issuer may also have signalled it while it was asked.
    return this._state === SIGNALLED;
  }

  override _enable(): boolean {
    if (this._enabled) return true;
    this._enabled = true;
    try {
      if (this.#ops.enableSignalling?.(this) === false) this.#turns._signalPast(this);
    } catch (error) {
      throwLater(this._timeline.platform, error);
    }
    return this._state !== SIGNALLED;
  }

  override _forwardDeadline(time: number): void {
    if (this.#ops.setDeadline === undefined || this._poll()) return;
    try {
      this.#ops.setDeadline(this, time);
    } catch (error) {
      throwLater(this._timeline.platform, error);
    }
  }
}
