/**
 * What every device offers to a program, whatever it drives: queues, and an end.
 *
 * States: open -> closing -> closed; or open/closing -> lost -> closed, when the device itself went away.
 */
import type { JobSpec } from "./driver.ts";
import type { JobQueue } from "./queue/job-queue.ts";
import type { QueueOptions } from "./queue/queue-options.ts";

/** open: takes jobs. closing: takes none, what is pushed still runs. lost: the device went away; everything ends with EIO. closed: nothing is left. */
export type DeviceState = "open" | "closing" | "lost" | "closed";

/** How to close a device. */
export interface CloseOptions {
  /** How long what was pushed may still run, in ms; what is left then is cancelled or given up with an error. For ever if left out. */
  readonly timeout?: number;
}

/**
 * The thing that owns lanes: opens queues on them, and ends them all.
 *
 * @example
 * ```ts
 * const device = await openWorkers({ lanes: 2 });
 * const queue = device.queue("decode", { credits: 8 });
 * // ...
 * await device.close({ timeout: 5_000 });
 * ```
 */
export interface Device<Spec extends JobSpec = JobSpec, Options extends QueueOptions = QueueOptions> {
  /** The device's name, as fences, traces and errors show it. */
  readonly name: string;
  /** Where the device is on its way from open to closed. */
  readonly state: DeviceState;
  /** Opens a queue. Throws `SignalboxError` ENODEV unless the device is open. */
  queue(name: string, options?: Options): JobQueue<Spec>;
  /**
   * Takes no more jobs and cancels what is queued and not started, with ECANCELED and this cause; what runs comes to its end.
   * To be followed by `close()`.
   */
  kill(cause?: unknown): void;
  /**
   * Takes no more jobs, lets what was pushed run, then lets the device go; every fence has signalled when it resolves.
   * A second call answers the same promise.
   */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
