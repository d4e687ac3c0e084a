/**
 * Notification: a registration that acts when a point of a sync object signals, or when it was submitted, also where nobody
 * has submitted it yet (SY19, the kernel's eventfd).
 *
 * Until the point has a fence the registration is on a fence of our own, the gate, so that it is registered, and can be
 * cancelled, like any other. Then it moves on to the point's fence; or, if availability was asked for, the gate signals.
 *
 * States of a gate: shut (its object knows it, and it has the registration) -> open, or given up by `registration.cancel()`.
 * Either way its object has forgotten it.
 */
import { SignalboxError } from "../errors.ts";
import { enterDelivery, leaveDelivery, makeDue } from "../fence/delivery.ts";
import { Fence, signalUntraced } from "../fence/fence.ts";
import type { Registration } from "../fence/registration.ts";
import { PUBLISHED } from "../fence/state.ts";
import { TimelineCore } from "../fence/timeline-core.ts";
import type { Arrival } from "./arrival.ts";
import type { SyncObject } from "./sync-object.ts";

/** When to act. */
export interface NotifyOptions {
  /** As soon as the point was submitted, signalled or not. */
  readonly available?: boolean;
}

/** See `SyncObject.notify`. */
export function notifyAt(object: SyncObject, point: bigint, registration: Registration, available: boolean): void {
  if (registration.registered) {
    throw new SignalboxError(
      "EINVAL",
      `The registration is on a fence already, and can't wait for "${object.name}" too`,
    );
  }
  new Gate(object, point, registration, available).begin();
}

class Gate extends Fence implements Arrival {
  readonly _point: bigint;
  readonly #object: SyncObject;
  readonly #registration: Registration;
  readonly #available: boolean;

  constructor(object: SyncObject, point: bigint, registration: Registration, available: boolean) {
    super(new TimelineCore("submission", "signalbox", object._platform), Number(point), PUBLISHED);
    this.#object = object;
    this._point = point;
    this.#registration = registration;
    this.#available = available;
  }

  override get point(): bigint {
    return this._point;
  }

  begin(): void {
    this._register(this.#registration);
    const fence = this.#object._await(this);
    if (fence !== null) this._arrived(fence);
  }

  /** @internal SIGNALLING: the point has a fence. */
  _arrived(fence: Fence): void {
    enterDelivery();
    if (this.#available) signalUntraced(this);
    else this.#moveTo(fence);
    leaveDelivery();
  }

  /** @internal The registration was cancelled, or moves on. */
  override _unlink(registration: Registration): void {
    super._unlink(registration);
    this.#object._forget(this);
  }

  #moveTo(fence: Fence): void {
    const registration = this.#registration;
    registration.cancel();
    if (fence._register(registration)) return;
    registration._fence = fence;
    makeDue(registration);
  }
}
