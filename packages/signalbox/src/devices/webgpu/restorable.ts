/**
 * Restorables: what a program has on the GPU and can make again, by name, on the device that follows one that was lost.
 *
 * States of a restorable: made -> making (a device was opened in place of the one before) -> made ...; -> forgotten.
 *
 * Invariant: they are made in the order in which they were first made, one after the other, so that one may be made from those before
 * it; and jobs run again only when all of them are.
 */
import { SignalboxError } from "../../errors.ts";

/** What a restorable is made with. */
export interface GpuMaker {
  /** The device that it is made on. */
  readonly device: GPUDevice;
  /** Its queue, for what the thing begins with. */
  readonly queue: GPUQueue;
}

/** @internal Who holds restorables. */
export interface RestorableOwner {
  forget(restorable: Restorable<unknown>): void;
}

/**
 * A buffer, a pipeline, or anything else on the GPU that comes back with the device. Made by `gpu.restorable()`.
 *
 * @example `const job = compute.job({ idempotent: true, run: () => encode(source.current, pipeline.current) });`
 */
export class Restorable<T> {
  readonly #owner: RestorableOwner;
  readonly #make: (gpu: GpuMaker) => T | PromiseLike<T>;
  #made: { readonly value: T } | undefined;

  /** @internal Use `gpu.restorable()`. */
  constructor(owner: RestorableOwner, make: (gpu: GpuMaker) => T | PromiseLike<T>) {
    this.#owner = owner;
    this.#make = make;
  }

  /** The thing on the present device: to be looked up each time, in a job's `run` say. Throws ENODEV while there is none. */
  get current(): T {
    if (this.#made === undefined) throw new SignalboxError("ENODEV", "This restorable is not made: its device is away");
    return this.#made.value;
  }

  /** It is not made again. What there is of it is the program's to destroy. */
  forget(): void {
    this.#owner.forget(this);
  }

  /** @internal */
  async _restore(gpu: GpuMaker): Promise<void> {
    this.#made = undefined;
    this.#made = { value: await this.#make(gpu) };
  }
}

/** @internal All of one device. */
export class Restorables implements RestorableOwner {
  readonly #all = new Set<Restorable<unknown>>();

  /** Makes one, for the first time. */
  async add<T>(make: (gpu: GpuMaker) => T | PromiseLike<T>, device: GPUDevice): Promise<Restorable<T>> {
    const restorable = new Restorable(this, make);
    await restorable._restore({ device, queue: device.queue });
    this.#all.add(restorable);
    return restorable;
  }

  forget(restorable: Restorable<unknown>): void {
    this.#all.delete(restorable);
  }

  /** Makes all of them on this device. Rejects with what the first that fails was rejected with. */
  async restore(device: GPUDevice): Promise<void> {
    for (const restorable of this.#all) await restorable._restore({ device, queue: device.queue });
  }
}
