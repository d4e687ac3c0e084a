/**
 * The reader: this thread's view of one signal log, and all the fences of it that were opened here.
 *
 * One per log and thread, however often the log's handles are opened, so that its fences share a context and a job that
 * depends on many of them waits for the last (F8). It lives as long as anybody holds a fence or a view of it.
 *
 * States: idle (nobody waits: nothing is pending anywhere) -> listening (some fence has registrations) -> idle.
 *
 * Invariants:
 * - Promise 2: fences of a timeline signal in the order of their points, whatever was seen at once.
 * - The bell is read before the log is looked at, and waited on from what it showed: nothing is slept through.
 */
import { deliver } from "../fence/delivery.ts";
import { TimelineCore } from "../fence/timeline-core.ts";
import { hooks } from "../hooks.ts";
import { canWaitAsync, wokenFrom } from "../platform/atomics.ts";
import { realPlatform } from "../platform/real.ts";
import { fallAsleep, stayAwake } from "./awake.ts";
import { sharedNow } from "./clock.ts";
import type { Outcome } from "./entry.ts";
import type { HandleBody } from "./handle.ts";
import { SharedFence } from "./shared-fence.ts";
import type { FenceReader } from "./shared-fence.ts";
import type { SignalLog } from "./signal-log.ts";

/** Who wants to know of everything that changes, and not only of fences. */
export interface ChangeListener {
  /** The log may have changed. Inside a delivery. */
  changed(): void;
}

export class LogReader implements FenceReader {
  readonly body: HandleBody;
  readonly log: SignalLog;
  readonly core: TimelineCore;
  /** Not signalled yet; of a timeline, by point. */
  #pending: SharedFence[] = [];
  readonly #listeners = new Set<ChangeListener>();
  #waited = 0;
  #listening = false;
  /** What the bell showed when everything pending was last looked at. */
  #seen: number | undefined;
  /** Why the keeper's end came, where the keeper is this thread. */
  #endCause: Error | undefined;

  constructor(body: HandleBody, log: SignalLog) {
    this.body = body;
    this.log = log;
    this.core = new TimelineCore(body.timeline, body.driver, realPlatform);
  }

  /** The fence of a point, or of a generation: the same object while it is pending. */
  fence(at: bigint): SharedFence {
    deliver(() => this.#settleDue());
    const index = this.#placeOf(at);
    const known = this.#pending[index];
    if (known?.at === at) return known;
    const fence = new SharedFence(this, at);
    if (hooks.tracer !== null) hooks.tracer.fenceCreated(fence);
    this.#pending.splice(index, 0, fence);
    // It may have signalled long ago; and if so, not before those that signalled just now. Listeners, one of whom may be
    // asking, hear of nothing here.
    deliver(() => this.#settleDue());
    return fence;
  }

  /** What became of a point; undefined while nothing has. */
  outcome(at: bigint): Outcome | undefined {
    return this.body.order === "points" ? this.log.outcome(at) : this.log.outcomeOfGeneration(at);
  }

  /** What led to an outcome's error. */
  causeOf(outcome: Outcome): unknown {
    if (outcome.keepers === true && this.#endCause !== undefined) return this.#endCause;
    return outcome.text === "" ? undefined : new Error(outcome.text);
  }

  /** The keeper's end: every point that has no outcome fails. False if the log had ended before. */
  end(error: number, cause: Error): boolean {
    this.#endCause ??= cause;
    const first = this.log.end("keeper", { error, time: sharedNow(realPlatform), text: cause.message });
    // The owner may have been killed before it rang for its last signal.
    if (!first) this.log.ring();
    this.look();
    return first;
  }

  look(): void {
    const rung = this.log.rung;
    if (rung === this.#seen) return;
    this.#seen = rung;
    deliver(() => {
      this.#settleDue();
      for (const listener of this.#listeners) listener.changed();
    });
  }

  waitedFor(): void {
    if (++this.#waited > 1) return;
    stayAwake(this);
    this.#listen();
  }

  leftAlone(): void {
    if (--this.#waited > 0) return;
    fallAsleep(this);
    // So that no wait is left behind: whoever else is woken looks, and sleeps on.
    if (this.#listening) this.log.wake();
  }

  /** Has `listener` told of changes, and counts it as somebody who waits, until {@link removeListener}. */
  addListener(listener: ChangeListener): void {
    if (this.#listeners.has(listener)) return;
    this.#listeners.add(listener);
    this.waitedFor();
  }

  removeListener(listener: ChangeListener): void {
    if (this.#listeners.delete(listener)) this.leftAlone();
  }

  // SIGNALLING: a fence takes over its outcome; its registrations are due, and run when the delivery ends.
  #settleDue(): void {
    if (this.body.order === "points") {
      let settled = 0;
      while (settled < this.#pending.length && this.#settle(this.#pending[settled]!)) settled++;
      if (settled > 0) this.#pending.splice(0, settled);
    } else {
      this.#pending = this.#pending.filter((fence) => !this.#settle(fence));
    }
  }

  #settle(fence: SharedFence): boolean {
    const outcome = this.outcome(fence.at);
    if (outcome === undefined) return false;
    fence.settle(outcome, this.causeOf(outcome));
    return true;
  }

  #listen(): void {
    if (this.#listening || !canWaitAsync()) return;
    for (;;) {
      const rung = this.log.rung;
      this.look();
      if (this.#waited === 0) return;
      const woken = wokenFrom(this.log.bell.cells, this.log.bell.index, rung);
      if (woken === undefined) continue;
      this.#listening = true;
      void woken.then(() => {
        this.#listening = false;
        if (this.#waited > 0) this.#listen();
      });
      return;
    }
  }

  // Where the fence is in the list, or belongs.
  #placeOf(at: bigint): number {
    if (this.body.order === "generations") {
      const found = this.#pending.findIndex((fence) => fence.at === at);
      return found < 0 ? this.#pending.length : found;
    }
    let [low, high] = [0, this.#pending.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pending[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const readers = new Map<string, WeakRef<LogReader>>();
const gone = new FinalizationRegistry<string>((id) => {
  if (readers.get(id)?.deref() === undefined) readers.delete(id);
});

/** This thread's reader of a log. */
export function readerOf(body: HandleBody, log: SignalLog): LogReader {
  const known = readers.get(body.id)?.deref();
  if (known !== undefined) return known;
  const reader = new LogReader(body, log);
  readers.set(body.id, new WeakRef(reader));
  gone.register(reader, body.id);
  return reader;
}
