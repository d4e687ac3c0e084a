/**
 * The shared fence: a fence of another thread, as this thread sees it.
 *
 * States: published -> signalled, as soon as this thread looks at the shared memory and finds it so. Who looks: whoever asks
 * (`signalled`, F16), whoever registers, and while there are registrations the reader by itself.
 *
 * Invariants:
 * - F20 and more: the reader knows at all times how many of its fences have registrations, so that it keeps the process
 *   alive for as long as somebody waits; a registration that is taken back counts no more.
 * - Its error, seqno and names are the original's; its timestamp is the original's, on this thread's clock.
 */
import { Fence, signalFence } from "../fence/fence.ts";
import type { Registration } from "../fence/registration.ts";
import { PUBLISHED, SIGNALLED } from "../fence/state.ts";
import type { TimelineCore } from "../fence/timeline-core.ts";
import { fromSharedTime } from "./clock.ts";
import type { Outcome } from "./entry.ts";
import type { HandleBody } from "./handle.ts";
import type { SignalLog } from "./signal-log.ts";

/** Who looks at the shared memory for a fence. */
export interface FenceReader {
  readonly core: TimelineCore;
  readonly log: SignalLog;
  readonly body: HandleBody;
  /** What became of a point; undefined while nothing has. */
  outcome(at: bigint): Outcome | undefined;
  /** Looks, and signals every fence that has an outcome. */
  look(): void;
  /** One more of its fences has registrations. */
  waitedFor(): void;
  /** One fewer. */
  leftAlone(): void;
}

export class SharedFence extends Fence {
  /** Its exact seqno; the generation, for the fence of a binary sync object. */
  readonly at: bigint;
  readonly reader: FenceReader;
  /** Whether the reader counts it among those that have registrations. */
  #waited = false;

  constructor(reader: FenceReader, at: bigint) {
    super(reader.core, Number(at), PUBLISHED);
    this.reader = reader;
    this.at = at;
  }

  override get point(): bigint {
    return this.at;
  }

  /** Signals it as the original did; `cause` is what led to the outcome's error. Inside a delivery; once. */
  settle(outcome: Outcome, cause: unknown): void {
    this._timestamp = fromSharedTime(outcome.time);
    if (outcome.error !== 0) this._setError(outcome.error, cause);
    signalFence(this);
    this.#recount();
  }

  override _poll(): boolean {
    this.reader.look();
    return this._state === SIGNALLED;
  }

  override _enable(): boolean {
    this._enabled = true;
    return !this._poll();
  }

  override _register(registration: Registration): boolean {
    const registered = super._register(registration);
    this.#recount();
    return registered;
  }

  override _unlink(registration: Registration): void {
    super._unlink(registration);
    this.#recount();
  }

  // By what is there, not by what was done: looking, in the middle of a registration, may have others registered.
  #recount(): void {
    const waited = this._registrations !== null;
    if (waited === this.#waited) return;
    this.#waited = waited;
    if (waited) this.reader.waitedFor();
    else this.reader.leftAlone();
  }
}
