/**
 * The fence: the read side of one promise to signal.
 *
 * States: fresh (no seqno: a job that was not submitted) -> armed (has a seqno, seen only inside its submission) ->
 * published (seen by others, so it must signal) -> signalled (with or without an error; for ever). A rollback takes an
 * armed fence back to fresh (Q8).
 *
 * Invariants:
 * - F2: one way only; nothing leaves signalled.
 * - F9, F10: an error is stored before the signal, and seen through this handle only after it.
 * - F12: state first; then the trace; then the registrations, in the order in which they came.
 * - F13: a second signal changes nothing.
 * - F30: what kind of fence it is never depends on a field that changes.
 *
 * Anybody may read, wait and register. Only the core signals (`signalFence`): for a program that means the `DriverFence`
 * of a timeline, or the completion of a job.
 */
import { FenceError, SignalboxError, errorName } from "../errors.ts";
import { hooks } from "../hooks.ts";
import { deliveryTime, makeDue, removeDue } from "./delivery.ts";
import type { DriverFence } from "./driver-fence.ts";
import { Inherited, shownCause } from "./inherited.ts";
import { SIGNAL, appendNode, removeNode } from "./registration.ts";
import type { Registration } from "./registration.ts";
import { PUBLISHED, SIGNALLED, stateNames } from "./state.ts";
import type { FenceState, FenceStateNumber } from "./state.ts";
import type { TimelineCore } from "./timeline-core.ts";
import { waitForFence } from "./wait.ts";
import type { WaitOptions } from "./wait.ts";
import { causeText, describe } from "./words.ts";

/**
 * What a fence is: `plain` for one of a program's timeline, `job` for a job's done fence, `stub` for one that was born
 * signalled, `array` and `chain` for those that stand for others. Never changes (F30).
 */
export type FenceKind = "plain" | "job" | "stub" | "array" | "chain";

/**
 * One promise to signal, in bounded time, whatever happens; to read, wait for, share and depend on.
 *
 * Not a thenable: waiting is asked for, with `wait()`.
 *
 * @example
 * ```ts
 * const [done] = submit(job);
 * await done.wait({ timeout: 5_000 });
 * ```
 */
export class Fence {
  /** @internal */ readonly _timeline: TimelineCore;
  /** @internal 0 until armed. */ _seqno: number;
  /** @internal */ _state: FenceStateNumber;
  /** @internal 0, or a negative errno; not for others before the signal. */ _error = 0;
  /** @internal What led to the error; `Inherited` for another fence's failure. */ _cause: unknown = undefined;
  /** @internal Set by the signal, or before it where somebody else took the time. */ _timestamp: number | undefined =
    undefined;
  /** @internal F20. */ _enabled = false;
  /** @internal The first of a circular list, in the order of registration. */ _registrations: Registration | null =
    null;
  /** @internal The next fence of the same timeline, while somebody keeps them in a list. */ _next: Fence | null = null;

  /** @internal Fences are made by timelines and queues. */
  constructor(timeline: TimelineCore, seqno: number, state: FenceStateNumber) {
    this._timeline = timeline;
    this._seqno = seqno;
    this._state = state;
  }

  /** What kind of fence this is. */
  get kind(): FenceKind {
    return "plain";
  }

  /** The id of its timeline: unique in this agent, never used again (F5). */
  get context(): number {
    return this._timeline.id;
  }

  /** Its sequence number on its timeline; 0 while fresh. Exact up to 2^53: see `point`. */
  get seqno(): number {
    return this._seqno;
  }

  /** Its sequence number, exact whatever its size: an unsigned 64-bit number (F4). */
  get point(): bigint {
    return BigInt(this._seqno);
  }

  /** The name of its timeline. Readable for ever, whatever became of the issuer (F29). */
  get timelineName(): string {
    return this._timeline.name;
  }

  /** The name of what drives its timeline. Readable for ever. */
  get driverName(): string {
    return this._timeline.driver;
  }

  /** Where the fence is on its way. */
  get state(): FenceState {
    return stateNames[this._state];
  }

  /** Whether it has signalled, with or without an error. Asks the device if the fence knows how to (F16). */
  get signalled(): boolean {
    return this._state === SIGNALLED || this._poll();
  }

  /** Its error: 0 if there is none or it has not signalled (F9), else a negative errno. */
  get error(): number {
    return this._state === SIGNALLED ? this._error : 0;
  }

  /** F10: 0 while unsignalled, 1 when signalled without an error, else the negative errno. Asks the device as `signalled` does. */
  get status(): number {
    if (!this.signalled) return 0;
    return this._error === 0 ? 1 : this._error;
  }

  /** When it signalled, in ms on its platform's clock; undefined before (F18). */
  get timestamp(): number | undefined {
    return this._timestamp;
  }

  /** F20: whether its issuer was told that somebody waits: by a registration, a wait, or `enableSignalling()`. Once true, for ever. */
  get enabled(): boolean {
    return this._enabled;
  }

  /** What failed, as an error to show or throw; undefined unless the fence signalled with an error. A new object each time. */
  failure(): FenceError | undefined {
    return this._state === SIGNALLED && this._error !== 0 ? this._makeError() : undefined;
  }

  /**
   * Resolves when the fence has signalled without an error.
   *
   * Rejects with a {@link FenceError} if it signalled with one, with `SignalboxError` ETIMEDOUT after `timeout` ms, and with
   * the signal's reason when aborted; giving up a wait never cancels the job. Throws EINVAL at once for a fence that is
   * still fresh (nobody has promised it), RangeError for a timeout that is negative or NaN (F24).
   *
   * @example `await fence.wait({ timeout: 1_000, signal: controller.signal })`
   */
  wait(options?: WaitOptions): Promise<void> {
    return waitForFence(this, options);
  }

  /**
   * Puts a registration on the fence: `"registered"`, or `"signalled"` if it is too late, and then it never runs (F19).
   * Throws EINVAL if the registration is on a fence already (F21), also if its issuer has put it there when it was told of
   * this one (F20), or if this fence is fresh.
   */
  register(registration: Registration): "registered" | "signalled" {
    checkIdle(registration);
    if (this._state < PUBLISHED) {
      throw new SignalboxError("EINVAL", `${describe(this)} was not submitted, so nothing will signal it`);
    }
    if (hooks.lockdep !== null && registration._kind === SIGNAL)
      hooks.lockdep.dependsOn((registration._target as DriverFence).fence, this, "registration", registration);
    if (!this._register(registration)) return "signalled";
    if (hooks.lockdep !== null) hooks.lockdep.registered(registration, this);
    return "registered";
  }

  /**
   * Tells the issuer that somebody waits, or will (F20), as a first registration does; true while the fence has not signalled.
   * Throws EINVAL if this fence is fresh.
   */
  enableSignalling(): boolean {
    if (this._state < PUBLISHED) {
      throw new SignalboxError("EINVAL", `${describe(this)} was not submitted, so nothing will signal it`);
    }
    if (this._state !== SIGNALLED) return this._enable();
    this._enabled = true;
    return false;
  }

  /**
   * Hints that somebody wants the fence signalled by `time` (ms on the platform's clock). Forwarded to the device if it
   * takes hints; ignored when signalled (F28).
   */
  setDeadline(time: number): void {
    if (!Number.isFinite(time)) throw new RangeError(`A deadline is a finite time in ms (got ${time})`);
    if (this._state !== SIGNALLED) this._forwardDeadline(time);
  }

  /** @internal F16: whether asking may find that the fence has signalled without anybody having said so. */
  get _canBeAsked(): boolean {
    return false;
  }

  /** @internal F16: whether the issuer, if it can be asked, is past this fence; signals nothing itself. */
  _isPast(): boolean {
    return false;
  }

  /** @internal F16: asks the issuer, if it can be asked; true means that the fence has signalled now. */
  _poll(): boolean {
    return false;
  }

  /** @internal F20: tells the issuer that somebody waits; false means that the fence has signalled now. */
  _enable(): boolean {
    this._enabled = true;
    return true;
  }

  /** @internal F28. */
  _forwardDeadline(_time: number): void {
    // A plain fence has nobody to tell: a deadline is only a hint.
  }

  /** @internal F19 without the checks of `register`: false when the fence has signalled, perhaps just now (F20). */
  _register(registration: Registration): boolean {
    if (this._state === SIGNALLED || !this._enable()) return false;
    checkIdle(registration);
    registration._fence = this;
    this._registrations = appendNode(this._registrations, registration);
    return true;
  }

  /** @internal Takes a registration of this fence out of the list that it is in: the fence's own, or what is due. */
  _unlink(registration: Registration): void {
    if (this._state === SIGNALLED) removeDue(registration);
    else if (this._registrations !== null) this._registrations = removeNode(this._registrations, registration);
  }

  /** @internal F9: before the signal only. The caller has checked the number. */
  _setError(error: number, cause: unknown): void {
    this._error = error;
    this._cause = cause;
  }

  /** @internal */
  _makeError(): FenceError {
    const cause = shownCause(this._cause);
    return new FenceError(`Fence ${describe(this)} failed: ${errorName(this._error)}${causeText(cause)}`, {
      errno: this._error,
      timeline: this._timeline.name,
      seqno: this._seqno,
      cause,
    });
  }

  /** @internal The fence whose own failure this one's is: itself, unless it took it over. */
  _origin(): Fence {
    return this._cause instanceof Inherited ? this._cause.origin : this;
  }
}

function checkIdle({ _fence: fence }: Registration): void {
  if (fence === null) return;
  throw new SignalboxError("EINVAL", `The registration is already on fence ${describe(fence)}`);
}

/**
 * The one transition to signalled; false if it was signalled before (F13). Inside a delivery.
 *
 * SIGNALLING: state first, then the trace takes its note, then the registrations become due.
 */
export function signalFence(fence: Fence): boolean {
  if (fence._state === SIGNALLED) return false;
  becomeSignalled(fence);
  if (hooks.tracer !== null) hooks.tracer.fenceSignalled(fence);
  releaseRegistrations(fence);
  return true;
}

/** SIGNALLING: as `signalFence` for a fence that has not signalled, without a note in the trace. Inside a delivery. */
export function signalUntraced(fence: Fence): void {
  becomeSignalled(fence);
  releaseRegistrations(fence);
}

function becomeSignalled(fence: Fence): void {
  fence._state = SIGNALLED;
  fence._timestamp ??= deliveryTime(fence._timeline.platform);
  if (hooks.lockdep !== null) hooks.lockdep.signalled(fence);
}

function releaseRegistrations(fence: Fence): void {
  const list = fence._registrations;
  if (list === null) return;
  fence._registrations = null;
  makeDue(list);
}
