/**
 * Sharing one fence: a handle of it, and the fence that another thread makes of the handle.
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import { PUBLISHED } from "../fence/state.ts";
import type { TimelineCore } from "../fence/timeline-core.ts";
import { describe } from "../fence/words.ts";
import { bodyOf, newBody, openLog } from "./handle.ts";
import type { FenceHandle, HandleBody } from "./handle.ts";
import { TimelineMirror } from "./mirror.ts";
import { readerOf } from "./reader.ts";
import { SharedFence } from "./shared-fence.ts";
import { SignalLog } from "./signal-log.ts";

/** The memory of timelines that were made to be shared: their fences need none of their own. */
export const sharedTimelines: WeakMap<TimelineCore, HandleBody> = new WeakMap<TimelineCore, HandleBody>();
const sharedFences = new WeakMap<Fence, FenceHandle>();

/**
 * A handle of a fence, to be posted to other threads, where {@link openFence} makes a fence of it that signals when this one
 * does: same seqno, names and error; the cause of a failure as an Error with the same message (224 bytes of it). This
 * thread goes on being the one that signals; if it ends first, nothing signals there, unless a link watches it.
 *
 * The same fence gives the same handle; one that came from another thread gives a handle of the original.
 * Throws EINVAL for a fence that is fresh or armed (nobody outside may see it yet), ENODEV where memory can't be shared.
 *
 * @example
 * ```ts
 * const [done] = submit(job);
 * worker.postMessage({ after: shareFence(done) });
 * ```
 */
export function shareFence(fence: Fence): FenceHandle {
  if (fence._state < PUBLISHED) {
    throw new SignalboxError("EINVAL", `${describe(fence)} was not submitted, so no other thread may wait for it`);
  }
  if (fence instanceof SharedFence) return { signalbox: "fence", ...fence.reader.body, point: fence.at };
  const timeline = sharedTimelines.get(fence._timeline);
  if (timeline !== undefined) return { signalbox: "fence", ...timeline, point: fence.point };
  const known = sharedFences.get(fence);
  if (known !== undefined) return known;
  const log = SignalLog.create(1);
  log.claim();
  const handle: FenceHandle = {
    signalbox: "fence",
    ...newBody(log, "points", { timeline: fence.timelineName, driver: fence.driverName }),
    point: fence.point,
  };
  sharedFences.set(fence, handle);
  new TimelineMirror(log).add(fence);
  return handle;
}

/**
 * The fence behind a handle, in this thread: to wait for, share and depend on like any other. Signalled already, if the
 * original was; while it is pending, opening it again gives the same fence. Its context is this thread's own.
 *
 * Throws EINVAL for anything that is no fence's handle.
 *
 * @example
 * ```ts
 * parentPort.on("message", ({ after }) => submit(queue.job({ ... }).after(openFence(after))));
 * ```
 */
export function openFence(handle: FenceHandle): Fence {
  const log = openLog(handle, "fence");
  if (typeof handle.point !== "bigint") throw new SignalboxError("EINVAL", "The handle of a fence has lost its seqno");
  return readerOf(bodyOf(handle), log).fence(handle.point);
}
