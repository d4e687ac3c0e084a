/**
 * The driver fence: the write side of one fence, the only handle that can signal it.
 *
 * States: unsignalled -> signalled. Whoever holds it owes the signal; there is one per fence, and it can't be copied.
 */
import { SignalboxError, checkErrno } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { NegativeErrno } from "../errors.ts";
import type { Fence } from "./fence.ts";
import { Inherited } from "./inherited.ts";
import type { Signallable } from "./registration.ts";
import { SIGNALLED } from "./state.ts";
import type { TurnKeeper } from "./turns.ts";
import { describe } from "./words.ts";

/**
 * The obligation to signal one fence. Made by `timeline.fence()`; `fence` is what others get to see.
 *
 * @example
 * ```ts
 * const arrived = timeline.fence();
 * queue.job({ ..., after: arrived.fence });
 * socket.once("data", () => arrived.signal());
 * socket.once("error", (error) => arrived.fail(errno.EIO, error));
 * ```
 */
export class DriverFence implements Signallable {
  /** The read side: to wait for, share and depend on. */
  readonly fence: Fence;
  readonly #timeline: TurnKeeper;

  /** @internal Made by the `fence()` of a timeline. */
  constructor(timeline: TurnKeeper, fence: Fence) {
    this.#timeline = timeline;
    this.fence = fence;
  }

  /**
   * F9: stores an error, and what led to it, for the signal to come; a later one replaces it.
   * Throws RangeError for a number that can't be an error, EINVAL when the fence has signalled, or will when its turn comes.
   */
  setError<Value extends number>(error: NegativeErrno<Value>, cause?: unknown): void;
  setError(error: number, cause?: unknown): void {
    checkErrno(error);
    if (this.#timeline._hasSignal(this.fence)) {
      throw new SignalboxError("EINVAL", `Fence ${describe(this.fence)} has signalled, and takes no error any more`);
    }
    this.fence._setError(error, cause);
  }

  /**
   * Signals: true if this call did it, false if it was signalled before (F13), and then nothing changes.
   *
   * `timestamp` is when it happened (F18), in ms on the platform's clock, where somebody else took the time; now if left out.
   * Throws EINVAL when an earlier fence of its timeline has not signalled (promise 2), RangeError for a timestamp that is no time.
   */
  signal(timestamp?: number): boolean {
    if (timestamp !== undefined && !Number.isFinite(timestamp)) {
      throw new RangeError(`A timestamp is a finite time in ms (got ${timestamp})`);
    }
    if (this.fence._state === SIGNALLED) return false;
    if (timestamp !== undefined) {
      this.#timeline._checkTurn(this.fence);
      this.fence._timestamp = timestamp;
    }
    if (hooks.lockdep !== null) hooks.lockdep.signalledByHandle(this.#timeline);
    return this.#timeline._signal(this.fence);
  }

  /**
   * Signals with an error, which must be a negative errno (F9, F11); `cause` is what led to it. As `signal()` otherwise.
   * Throws RangeError for a number that can't be an error.
   */
  fail<Value extends number>(error: NegativeErrno<Value>, cause?: unknown): boolean;
  fail(error: number, cause?: unknown): boolean {
    checkErrno(error);
    if (this.fence._state === SIGNALLED) return false;
    this.#timeline._checkTurn(this.fence);
    this.fence._setError(error, cause);
    if (hooks.lockdep !== null) hooks.lockdep.signalledByHandle(this.#timeline);
    return this.#timeline._signal(this.fence);
  }

  /** @internal SIGNALLING: a registration of another fence passes its signal on; out of turn, this one waits for its own. */
  _signalFrom(source: Fence): void {
    if (this.#timeline._hasSignal(this.fence)) return;
    if (source._error !== 0) this.fence._setError(source._error, new Inherited(source));
    this.#timeline._signalInTurn(this.fence);
  }
}
