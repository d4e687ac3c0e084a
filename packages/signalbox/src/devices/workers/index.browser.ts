/**
 * The subpath `signalbox/workers` in browsers: dedicated workers as a device. As index.node.ts; the page must be
 * cross-origin isolated, for the lanes' rings are in shared memory.
 */
import { browserThreads } from "../../platform/threads.browser.ts";
import { openOn } from "./open.ts";
import type { WorkersDevice, WorkersOptions } from "./workers-device.ts";

export * from "./public.ts";

/**
 * Opens a device of worker threads; resolves when all of them are ready.
 *
 * Rejects with `SignalboxError` ENODEV if the page is not cross-origin isolated or the threads can't be started; RangeError for
 * numbers that make no sense.
 *
 * @example
 * ```ts
 * const device = await openWorkers({ lanes: 2 });
 * const queue = device.queue("decode", { jobs: 8 });
 * const job = queue.job<Picture>({ module: new URL("./decode.js", import.meta.url), args: [path] });
 * ```
 */
export function openWorkers(options: WorkersOptions = {}): Promise<WorkersDevice> {
  return openOn(
    browserThreads(
      // eslint-disable-next-line no-restricted-globals -- bundlers find a worker's entry by this expression, written out; the rest is behind platform/
      (name) => new Worker(new URL("./entry.browser.js", import.meta.url), { type: "module", name }),
    ),
    options,
  );
}
