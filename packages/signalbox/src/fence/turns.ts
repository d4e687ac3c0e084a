/**
 * Who decides when a fence's turn to signal has come: the timeline that the fence is on.
 *
 * A `Timeline` keeps the order of seqnos (promise 2); a `ForeignTimeline` leaves it to somebody else.
 */
import type { Fence } from "./fence.ts";

/** The timeline of a fence, as far as its driver fence and its issuer need it. */
export interface TurnKeeper {
  /** @internal Promise 2: throws EINVAL unless it is this fence's turn. */
  _checkTurn(fence: Fence): void;
  /** @internal Signals the fence now, throwing if it is out of turn; the caller knows that it has not signalled. */
  _signal(fence: Fence): boolean;
  /** @internal F13: whether the fence has signalled, or will as soon as its turn comes. */
  _hasSignal(fence: Fence): boolean;
  /** @internal SIGNALLING: signals the fence when its turn comes, which may be now. */
  _signalInTurn(fence: Fence): void;
  /** @internal F16, F20: signals the fence when its turn comes; asks its predecessors whether they are past. */
  _signalPast(fence: Fence): void;
}
