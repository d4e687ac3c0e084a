/**
 * The handle of something on an isolated GPU that comes back with the device: what programs hold, and jobs name.
 */
import type { RestorableCall } from "./isolated-job.ts";

/** Who has them. */
export interface IsolatedRestorableOwner {
  forget(restorable: IsolatedRestorable): void;
}

/**
 * A buffer, a pipeline, or anything else on an isolated GPU that comes back with the device. Made by `gpu.restorable()`; jobs name
 * it in their `resources`.
 *
 * @example `const job = compute.job({ module, export: "add", resources: { source }, idempotent: true });`
 */
export class IsolatedRestorable {
  /** @internal */ readonly _id: number;
  /** @internal */ readonly _owner: IsolatedRestorableOwner;
  /** @internal */ readonly _call: RestorableCall;
  /** @internal */ _forgotten = false;
  /** @internal Whether it is to be made again. */ _made = false;

  /** @internal Use `gpu.restorable()`. */
  constructor(owner: IsolatedRestorableOwner, id: number, call: RestorableCall) {
    this._owner = owner;
    this._id = id;
    this._call = call;
  }

  /**
   * It is not made again, and jobs that name it and have not begun fail with EINVAL. What there is of it is destroyed, if it has a
   * `destroy()`. Throws EBUSY if another restorable is made from it.
   */
  forget(): void {
    this._owner.forget(this);
  }
}
