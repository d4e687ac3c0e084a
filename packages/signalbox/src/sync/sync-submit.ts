/**
 * Waiting until a point has been submitted, whatever becomes of its fence then (SY8 with FOR_SUBMIT).
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import type { Arrival } from "./arrival.ts";
import { EarlyEnd, timeLeft } from "./limits.ts";
import type { WaitLimits } from "./limits.ts";
import type { SyncPoint } from "./sync-point.ts";

/** SY8: how long a submission may be in coming if nobody says otherwise, in ms. */
const PATIENCE = 5_000;

/** See `SyncPoint.submitted`. */
export function waitForSubmit(point: SyncPoint, limits: WaitLimits = {}): Promise<Fence> {
  const { object } = point;
  const { signal } = limits;
  const limited = limits.timeout === undefined && limits.until === undefined ? { timeout: PATIENCE } : limits;
  const left = timeLeft(object._platform, limited);
  return new Promise((resolve, reject) => {
    const submission = new Submission(point.point, (fence) => {
      end?.clear();
      resolve(fence);
    });
    const giveUp = (outcome: "late" | "aborted"): void => {
      object._forget(submission);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason, whatever it is
      reject(outcome === "late" ? notSubmitted(point) : signal?.reason);
    };
    let end: EarlyEnd | undefined;
    const fence = object._await(submission);
    if (fence !== null) resolve(fence);
    else if (signal?.aborted === true) giveUp("aborted");
    else if (left === 0) giveUp("late");
    else end = new EarlyEnd(object._platform, left, signal, giveUp);
  });
}

class Submission implements Arrival {
  readonly _point: bigint;
  readonly #found: (fence: Fence) => void;

  constructor(point: bigint, found: (fence: Fence) => void) {
    this._point = point;
    this.#found = found;
  }

  // SIGNALLING: settling a promise only queues a microtask.
  _arrived(fence: Fence): void {
    this.#found(fence);
  }
}

function notSubmitted({ object, point }: SyncPoint): SignalboxError {
  return new SignalboxError("ETIME", `Nobody has submitted point ${point} of [SyncObject "${object.name}"] in time`);
}
