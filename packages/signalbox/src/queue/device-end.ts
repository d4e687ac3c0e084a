/**
 * The end of a device: where it is on its way there. The same for every device.
 *
 * States: open -> closing -> closed; open or closing -> lost (the device itself went away) -> closed.
 *
 * Who holds whom: a program holds the device. What the device runs on (threads, processes, a GPU) and what it gave the program (queues,
 * jobs) holds the device's engine, which has this; none of it holds the device. So a device that nobody can close any more is
 * collected, which is how the validator finds it, while its engine goes on: every fence of it signals (promise 1).
 *
 * Invariants:
 * - It is closed once, however often somebody says so.
 * - While its close goes on, that holds the device: it isn't dropped.
 */
import { SignalboxError } from "../errors.ts";
import type { CloseOptions, Device, DeviceState } from "../device.ts";
import { hooks } from "../hooks.ts";
import { checkCloseOptions } from "./closing.ts";

/** What a device does to come to its end: each in its own way. */
export interface DeviceEngine {
  /** Cancels what is queued and not started, with ECANCELED and this cause. */
  cancelQueued(cause: unknown): void;
  /** Lets what was pushed run, and lets go of everything; every fence has signalled when it resolves. Called once; never rejects. */
  letGo(options: CloseOptions): Promise<void>;
}

export class DeviceEnd {
  readonly #name: string;
  readonly #engine: DeviceEngine;
  #state: DeviceState = "open";
  #closing: Promise<void> | undefined;

  constructor(name: string, engine: DeviceEngine) {
    this.#name = name;
    this.#engine = engine;
  }

  get state(): DeviceState {
    return this.#state;
  }

  /** Throws ENODEV unless queues may be opened. */
  checkOpen(): void {
    if (this.#state !== "open")
      throw new SignalboxError("ENODEV", `[Device "${this.#name}"] is ${this.#state} and takes no queue`);
  }

  /** open or closing -> lost. */
  lost(): void {
    if (this.#state !== "closed") this.#state = "lost";
  }

  /** -> closed, for an engine that has to be before it is done: what it ends now was not lost. */
  closed(): void {
    this.#state = "closed";
  }

  kill(cause: unknown): void {
    this.#stop();
    this.#engine.cancelQueued(cause);
  }

  /** Throws RangeError for a timeout that is none. A second call answers the same promise, whatever its timeout. */
  close(device: Device, options: CloseOptions): Promise<void> {
    checkCloseOptions(options);
    return (this.#closing ??= this.#close(device, options));
  }

  async #close(device: Device, options: CloseOptions): Promise<void> {
    this.#stop();
    await this.#engine.letGo(options);
    this.closed();
    if (hooks.lockdep !== null) hooks.lockdep.closed(device);
  }

  #stop(): void {
    if (this.#state === "open") this.#state = "closing";
  }
}

/** Has the validator look out for a device that is dropped before it was closed. */
export function watchDevice(device: Device): void {
  if (hooks.lockdep !== null) hooks.lockdep.opened("device", device, device.name, null);
}
