/**
 * The thread link: what one thread keeps of another that owes it fences.
 *
 * States: open -> ended (the thread has) or closed (nobody looks after it any more); both for ever.
 *
 * Invariants:
 * - Promise 1, across threads: what the thread owes signals when it does, or fails when the link ends or is closed; also what
 *   the thread never heard of.
 * - What the thread signalled before it ended counts as it signalled it, whether it lived to ring for it or not: its end is
 *   written behind that (see signal-log.ts), and then the bell rings.
 * - An open link keeps no process alive; a link that is not open has no listener anywhere.
 */
import { SignalboxError, errno } from "../errors.ts";
import { deliver } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import { whenThreadEnds } from "../platform/thread-ends.ts";
import type { ForeignThread, StopListening, ThreadExit } from "../platform/thread-ends.ts";
import type { SyncObject } from "../sync/sync-object.ts";
import { binaryBodyOf, bodyOf, driverFenceHandle, newBody, openLog, openMemory } from "./handle.ts";
import type {
  DriverFenceHandle,
  DriverSyncObjectHandle,
  DriverTimelineHandle,
  FenceHandle,
  SharedLife,
  SharedNames,
  SyncObjectHandle,
  TimelineHandle,
} from "./handle.ts";
import { newLife, whenLifeEnds } from "./life.ts";
import { readerOf } from "./reader.ts";
import type { LogReader } from "./reader.ts";
import { SharedTimeline } from "./shared-timeline.ts";
import { GENERATION_ENTRIES, SignalLog, TIMELINE_ENTRIES } from "./signal-log.ts";
import type { LogOrder } from "./signal-log.ts";
import { SharedSyncObject } from "./shared-sync-object.ts";

/** How a link is made. */
export interface LinkOptions {
  /** What messages call the thread; its number if left out. */
  readonly name?: string;
}

/** How an owed fence, timeline or sync object is made. */
export interface OweOptions {
  /** The name of what drives it, as traces and errors show it; the link's name if left out. */
  readonly driver?: string;
}

/** A fence that another thread is to signal: `fence` to wait for here, `handle` to post there, to `openDriverFence`. */
export interface OwedFence {
  readonly fence: Fence;
  readonly handle: DriverFenceHandle;
}

/** A timeline that another thread is to signal: `handle` is for `openDriverTimeline` there. */
export interface OwedTimeline {
  readonly timeline: SharedTimeline;
  readonly handle: DriverTimelineHandle;
}

/** A sync object that another thread is to signal: `handle` is for `openDriverSyncObject` there. */
export interface OwedSyncObject {
  readonly object: SyncObject;
  readonly handle: DriverSyncObjectHandle;
}

/** open: looks after what the thread owes. ended: the thread has. closed: by `close()`. */
export type LinkState = "open" | "ended" | "closed";

/**
 * A thread that owes fences, on the side that waits for them. Made by {@link linkThread}.
 *
 * @example
 * ```ts
 * using link = linkThread(worker, { name: "decoder" });
 * const { fence, handle } = link.owe("picture");
 * worker.postMessage({ done: handle });      // there: openDriverFence(done).signal()
 * await fence.wait();                        // ECANCELED if the worker ends without
 * ```
 */
export class ThreadLink {
  /** What messages call the thread. */
  readonly name: string;
  readonly #thread: ForeignThread;
  readonly #life: SharedLife | undefined;
  readonly #kept = new Set<LogReader>();
  readonly #stop: StopListening;
  /** How many may be kept before those that are finished are looked for. */
  #sweepAt = 16;
  #state: LinkState = "open";

  /** @internal Made by `linkThread`. */
  constructor(thread: ForeignThread, name: string) {
    this.name = name;
    this.#thread = thread;
    const stop = whenThreadEnds(thread, (exit) => this.#ended(exit));
    this.#life = stop === undefined ? newLife() : undefined;
    this.#stop = stop ?? (this.#life === undefined ? () => {} : whenLifeEnds(this.#life, () => this.#ended({})));
  }

  /** Whether the thread is looked after. */
  get state(): LinkState {
    return this.#state;
  }

  /** A fence that the thread is to signal. Throws EINVAL if the link is not open, ENODEV where memory can't be shared. */
  owe(name: string, options?: OweOptions): OwedFence {
    const reader = this.#newReader(1, "points", this.#names(name, options));
    const fence = reader.fence(1n);
    return { fence, handle: driverFenceHandle(reader.body, this.name) };
  }

  /** A timeline that the thread is to signal. Errors as `owe`. */
  oweTimeline(name: string, options?: OweOptions): OwedTimeline {
    const reader = this.#newReader(TIMELINE_ENTRIES, "points", this.#names(name, options));
    return { timeline: new SharedTimeline(reader), handle: { signalbox: "driver timeline", ...reader.body } };
  }

  /**
   * A sync object whose points the thread is to submit and signal; `object` is its read side: it can be waited for and
   * depended on, and refuses to be signalled, replaced or reset. Errors as `owe`.
   */
  oweSyncObject(name: string, options?: OweOptions): OwedSyncObject {
    const names = this.#names(name, options);
    const points = this.#newReader(TIMELINE_ENTRIES, "points", names);
    const binary = this.#newReader(GENERATION_ENTRIES, "generations", names, points.body.id);
    return {
      object: new SharedSyncObject(points, binary),
      handle: { signalbox: "driver sync object", ...points.body, binary: binary.body.memory },
    };
  }

  /**
   * Looks after something that the thread has made and sent by itself: it fails when the thread ends, in every thread.
   * Throws EBUSY if some link does so already, EINVAL for anything that is no read side's handle, or if the link is not open.
   *
   * @example `worker.on("message", ({ done }) => { link.watch(done); openFence(done).register(...); })`
   */
  watch(handle: FenceHandle | TimelineHandle | SyncObjectHandle): void {
    this.#checkOpen();
    const log = openLog(handle, handle.signalbox);
    const readers = [readerOf(bodyOf(handle), log)];
    if (handle.signalbox === "sync object") {
      readers.push(readerOf(binaryBodyOf(handle), openMemory(handle.binary, handle.signalbox)));
    }
    if (!log.keep()) {
      throw new SignalboxError("EBUSY", `The ${handle.signalbox} "${handle.timeline}" is watched by a link already`);
    }
    for (const reader of readers) this.#keep(reader);
  }

  /**
   * Says that the thread is gone: whatever it owes fails with ECANCELED, and `cause` in the cause's cause. For threads whose
   * end nothing tells of (see docs/threads.md). Does nothing if the link is not open.
   */
  ended(cause?: unknown): void {
    this.#ended({ error: cause });
  }

  /**
   * Ends the thread, wherever it is, and resolves when whatever it owed has signalled or failed.
   * Throws EINVAL for something that can't be ended, such as a port.
   */
  async terminate(): Promise<void> {
    if (this.#thread.terminate === undefined) {
      throw new SignalboxError("EINVAL", `The link to thread "${this.name}" is by a port, which can't end it`);
    }
    // Node answers a promise, and has told of the exit by then; a browser answers nothing, and will tell nothing.
    await this.#thread.terminate();
    this.#ended({});
  }

  /**
   * Looks after the thread no more: what it still owes fails with ECANCELED, and what it signals later is not seen. The
   * thread itself goes on. A second call does nothing.
   */
  close(): void {
    this.#finish("closed", new Error(`The link to thread "${this.name}" was closed`));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal An obligation is handed to the thread: `ObligationTaker`. What `send` throws leaves nothing behind. */
  _takeObligation(send: (handle: DriverFenceHandle) => void, name: string): Fence {
    if (typeof send !== "function")
      throw new SignalboxError(
        "EINVAL",
        `The link to thread "${this.name}" takes an obligation with a function that sends it (got ${typeof send})`,
      );
    const reader = this.#newReader(1, "points", this.#names(name, undefined));
    const fence = reader.fence(1n);
    try {
      send(driverFenceHandle(reader.body, this.name));
    } catch (error) {
      this.#kept.delete(reader);
      deliver(() =>
        reader.end(errno.ECANCELED, new Error(`Its handle was not sent to "${this.name}"`, { cause: error })),
      );
      throw error;
    }
    return fence;
  }

  /** @internal How many it looks after, a few that are finished included. */
  get _kept(): number {
    return this.#kept.size;
  }

  #ended({ code, error }: ThreadExit): void {
    const how = code === undefined ? "ended" : `exited with code ${code}`;
    const options = error === undefined ? undefined : { cause: error };
    this.#finish("ended", new Error(`The thread "${this.name}" ${how} and had not signalled it`, options));
  }

  #finish(state: "ended" | "closed", cause: Error): void {
    if (this.#state !== "open") return;
    this.#state = state;
    this.#stop();
    deliver(() => {
      for (const reader of this.#kept) reader.end(errno.ECANCELED, cause);
    });
    this.#kept.clear();
  }

  #names(timeline: string, options: OweOptions | undefined): SharedNames {
    return { timeline, driver: options?.driver ?? this.name };
  }

  #newReader(entries: number, order: LogOrder, names: SharedNames, of?: string): LogReader {
    this.#checkOpen();
    const log = SignalLog.create(entries);
    log.keep();
    const body = newBody(log, order, names, this.#life);
    const reader = readerOf(of === undefined ? body : { ...body, id: `${of} binary` }, log);
    this.#keep(reader);
    return reader;
  }

  #keep(reader: LogReader): void {
    this.#kept.add(reader);
    if (this.#kept.size < this.#sweepAt) return;
    for (const kept of this.#kept) if (kept.log.finished) this.#kept.delete(kept);
    this.#sweepAt = 2 * this.#kept.size + 16;
  }

  #checkOpen(): void {
    if (this.#state === "open") return;
    throw new SignalboxError("EINVAL", `The link to thread "${this.name}" is ${this.#state}: it will signal nothing`);
  }
}

/**
 * Links a thread that is going to owe fences: a `Worker` or a `MessagePort` to one, of Node or of a browser.
 *
 * When the thread ends, whatever it owes fails with ECANCELED. Node tells of every end; for browsers see docs/threads.md. The
 * link takes no message from the thread and sends it none: the handles are the program's to post.
 *
 * @example `const link = linkThread(new Worker(new URL("./decoder.js", import.meta.url)), { name: "decoder" });`
 */
export function linkThread(thread: ForeignThread, options: LinkOptions = {}): ThreadLink {
  const { threadId } = thread as { readonly threadId?: number };
  const link = new ThreadLink(thread, options.name ?? (threadId === undefined ? "thread" : `thread ${threadId}`));
  // A Worker of Node that has ended says so here, and nowhere else.
  if (threadId === -1) link.ended();
  return link;
}
