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
import { COMPLETE, Registration } from "../fence/registration.ts";
import type { Completable } from "../fence/registration.ts";
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

class Gate extends Fence implements Arrival, Completable {
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
    if (fence !== null && this.#isOurs) this._arrived(fence);
  }

  /** @internal SIGNALLING: the point has a fence. */
  _arrived(fence: Fence): void {
    enterDelivery();
    try {
      if (this.#available) signalUntraced(this);
      else this.#moveTo(fence);
    } finally {
      leaveDelivery();
    }
  }

  /** @internal Of its own on the point's fence: it only holds the place. */
  _complete(): void {}

  /** @internal The registration was cancelled, or moves on. */
  override _unlink(registration: Registration): void {
    super._unlink(registration);
    this.#object._forget(this);
  }

  // Promise 10: whether the registration is still to act. Issuers that are asked or told may cancel it.
  get #isOurs(): boolean {
    return this.#registration._fence === this;
  }

  // The issuer is told of the wait (F20) while the registration is still here, where it can be cancelled.
  #moveTo(fence: Fence): void {
    const registration = this.#registration;
    const place = new Registration(COMPLETE, this, 0);
    fence._register(place);
    if (this.#isOurs) {
      registration.cancel();
      if (!fence._register(registration)) {
        registration._fence = fence;
        makeDue(registration);
      }
    }
    place.cancel();
  }
}
