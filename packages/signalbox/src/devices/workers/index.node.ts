/**
 * The subpath `signalbox/workers` in Node: worker threads as a device.
 *
 * Jobs name a module and an export; a thread of the device imports the one and calls the other. Arguments and results
 * are cloned or transferred; an exception becomes the job's error. A thread that ends costs the job that it was at, and is
 * replaced.
 */
import { nodeThreads } from "../../platform/threads.node.ts";
import { openOn } from "./open.ts";
import type { WorkersDevice, WorkersOptions } from "./workers-device.ts";

export * from "./public.ts";

/**
 * Opens a device of worker threads; resolves when all of them are ready.
 *
 * The process stays alive while a job is in flight, and not for an idle device. Rejects with `SignalboxError` ENODEV if
 * the threads can't be started; RangeError for numbers that make no sense.
 *
 * @example
 * ```ts
 * const device = await openWorkers({ lanes: 2 });
 * const queue = device.queue("decode", { jobs: 8 });
 * const job = queue.job<Picture>({ module: new URL("./decode.js", import.meta.url), args: [path] });
 * const [decoded] = submit(job);
 * await decoded.wait();
 * console.log(job.result);
 * await device.close();
 * ```
 */
export function openWorkers(options: WorkersOptions = {}): Promise<WorkersDevice> {
  return openOn(nodeThreads(new URL("./entry.node.js", import.meta.url)), options);
}
