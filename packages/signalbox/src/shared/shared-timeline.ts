/**
 * The shared timeline: another thread's timeline, as this thread sees it.
 */
import type { Fence } from "../fence/fence.ts";
import { checkPoint } from "../sync/points.ts";
import { bodyOf, openLog } from "./handle.ts";
import type { TimelineHandle } from "./handle.ts";
import { readerOf } from "./reader.ts";
import type { LogReader } from "./reader.ts";

/**
 * The read side of a timeline that another thread signals. Made by {@link openTimeline} and `link.oweTimeline`.
 *
 * @example
 * ```ts
 * const frames = openTimeline(handle);
 * await frames.fence(7n).wait();
 * console.log(frames.signalledThrough); // 7n or more
 * ```
 */
export class SharedTimeline {
  /** For {@link openTimeline} in further threads. */
  readonly handle: TimelineHandle;
  readonly #reader: LogReader;

  /** @internal */
  constructor(reader: LogReader) {
    this.#reader = reader;
    this.handle = { signalbox: "timeline", ...reader.body };
  }

  /** Its name. */
  get name(): string {
    return this.handle.timeline;
  }

  /** Its id in this thread: what its fences' `context` says. */
  get context(): number {
    return this.#reader.core.id;
  }

  /** The seqno up to which every fence has signalled, as the memory says at this moment; 0n before the first. */
  get signalledThrough(): bigint {
    return this.#reader.log.signalledThrough;
  }

  /**
   * The fence of a seqno, whether the other thread has made it yet or not: threads may agree on seqnos without a message.
   * One that is never made fails when the timeline is closed or its thread ends. The same fence while it is pending.
   * Throws RangeError for a number that can't be a seqno.
   */
  fence(seqno: bigint | number): Fence {
    const point = typeof seqno === "number" && Number.isSafeInteger(seqno) ? BigInt(seqno) : seqno;
    checkPoint(point as bigint);
    return this.#reader.fence(point as bigint);
  }
}

/** The timeline behind a handle, in this thread. Throws EINVAL for anything that is no timeline's handle. */
export function openTimeline(handle: TimelineHandle): SharedTimeline {
  const log = openLog(handle, "timeline");
  return new SharedTimeline(readerOf(bodyOf(handle), log));
}
