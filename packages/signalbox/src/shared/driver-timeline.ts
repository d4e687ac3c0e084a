/**
 * The write sides: what a thread works with when it owes fences that other threads wait for.
 *
 * They are the ordinary ones: a `DriverFence` and a `Timeline`, whose signals are mirrored in shared memory.
 *
 * States of the right to write: free -> claimed, by the first thread that opens the handle; for ever.
 *
 * Invariants: promise 2 holds for all threads, because it holds for the owner's timeline. A fence of the timeline is
 * mirrored from its making on, so that it may be shared at any time afterwards.
 */
import { SignalboxError, errno } from "../errors.ts";
import type { NegativeErrno } from "../errors.ts";
import type { DriverFence } from "../fence/driver-fence.ts";
import type { Fence } from "../fence/fence.ts";
import type { FenceOps } from "../fence/ops-fence.ts";
import { Timeline } from "../fence/timeline.ts";
import type { TimelineOptions } from "../fence/timeline.ts";
import { hooks } from "../hooks.ts";
import { realPlatform } from "../platform/real.ts";
import { keepUp } from "../signalling/obligation.ts";
import type { Obliged } from "../signalling/obligation.ts";
import { sharedNow } from "./clock.ts";
import { bodyOf, newBody, openLog } from "./handle.ts";
import type { DriverFenceHandle, DriverTimelineHandle, HandleBody, SharedHandle, TimelineHandle } from "./handle.ts";
import { showLife } from "./life.ts";
import { TimelineMirror, causeInWords } from "./mirror.ts";
import { sharedTimelines } from "./share-fence.ts";
import { SignalLog, TIMELINE_ENTRIES } from "./signal-log.ts";

/** How a timeline that other threads see is made: seqnos don't wrap there. */
export type DriverTimelineOptions = Omit<TimelineOptions, "bits">;

/**
 * A timeline of this thread whose fences other threads see: an ordinary timeline with a handle.
 *
 * Made by this thread, and its handle posted to others; or opened with {@link openDriverTimeline}, where another thread has
 * asked for it.
 *
 * @example
 * ```ts
 * const frames = new DriverTimeline("frames");
 * worker.postMessage(frames.handle);          // there: openTimeline(handle).fence(1n)
 * frames.fence().signal();
 * ```
 */
export class DriverTimeline extends Timeline {
  /** For {@link openTimeline} in other threads. */
  readonly handle: TimelineHandle;
  readonly #log: SignalLog;
  readonly #mirror: TimelineMirror;

  /** Makes a timeline, named and set up as a `Timeline` is. Throws ENODEV where memory can't be shared. */
  constructor(name: string, options?: DriverTimelineOptions);
  /** @internal Made by `openDriverTimeline`. */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- this one is stripped from what is published
  constructor(name: string, options: DriverTimelineOptions, opened: OpenedLog);
  constructor(name: string, options: DriverTimelineOptions = {}, opened?: OpenedLog) {
    super(name, options);
    this.#log = opened?.log ?? SignalLog.create(TIMELINE_ENTRIES);
    if (opened === undefined) this.#log.claim();
    const names = { timeline: name, driver: options.driver ?? "signalbox" };
    const body = opened?.body ?? newBody(this.#log, "points", names);
    this.handle = { signalbox: "timeline", ...body };
    this.#mirror = new TimelineMirror(this.#log);
  }

  override fence(ops?: FenceOps): DriverFence {
    const made = super.fence(ops);
    sharedTimelines.set(made.fence._timeline, bodyOf(this.handle));
    this.#mirror.add(made.fence);
    return made;
  }

  /** As a `Timeline`'s; what other threads wait for and was never made fails too. */
  override close<Value extends number>(error?: NegativeErrno<Value>, cause?: unknown): void;
  override close(error: number = errno.ENOENT, cause?: unknown): void {
    super.close(error, cause);
    this.#log.end("owner", { error, time: sharedNow(realPlatform), text: causeInWords(cause) });
  }
}

/** Memory that came with a handle. */
interface OpenedLog {
  readonly log: SignalLog;
  readonly body: HandleBody;
}

/**
 * Takes on the fence that the other thread promised, by `link.owe(name)` or by handing an obligation on to its link: from now on it is
 * this thread's to signal.
 *
 * With a body, in the section that was ended there: the body owes the signal and answers the proof of it, as that of `publish` does.
 * What it throws before it has discharged the obligation fails the fence with EIO, and passes through. Answers the read side.
 *
 * Without, answers the driver fence, which is this thread's own business.
 *
 * Throws EBUSY if a thread has taken it on, EINVAL for anything that is no such handle, or no function, or for another proof.
 *
 * @example
 * ```ts
 * parentPort.on("message", ({ owed, picture }) => {
 *   openDriverFence(owed, (must) => must.transferTo(decoding, decoding.job({ picture })));
 * });
 * ```
 */
export function openDriverFence(handle: DriverFenceHandle, body: Obliged): Fence;
export function openDriverFence(handle: DriverFenceHandle): DriverFence;
export function openDriverFence(handle: DriverFenceHandle, body?: Obliged): DriverFence | Fence {
  if (body !== undefined && typeof body !== "function")
    throw new SignalboxError("EINVAL", `A fence is taken on with a function that owes it (got ${typeof body})`);
  const log = claim(handle, "driver fence");
  const owed = new Timeline(handle.timeline, { driver: handle.driver }).fence();
  sharedTimelines.set(owed.fence._timeline, bodyOf(handle));
  new TimelineMirror(log).add(owed.fence);
  if (hooks.lockdep !== null && handle.from !== undefined) hooks.lockdep.received(owed.fence, handle.from);
  if (body === undefined) return owed;
  keepUp(owed, body);
  return owed.fence;
}

/**
 * Takes on the timeline that `link.oweTimeline(name)` promised in the other thread. Errors as {@link openDriverFence}.
 *
 * @example `const frames = openDriverTimeline(handle), first = frames.fence();`
 */
export function openDriverTimeline(handle: DriverTimelineHandle): DriverTimeline {
  const log = claim(handle, "driver timeline");
  return new DriverTimeline(handle.timeline, { driver: handle.driver }, { log, body: bodyOf(handle) });
}

/** The log of a write side's handle, for the first thread that asks. */
export function claim(
  handle: SharedHandle,
  kind: "driver fence" | "driver timeline" | "driver sync object",
): SignalLog {
  const log = openLog(handle, kind);
  if (!log.claim()) {
    throw new SignalboxError("EBUSY", `The ${kind} "${handle.timeline}" is open already: one thread signals it`);
  }
  if (handle.life !== undefined) showLife(handle.life);
  return log;
}
