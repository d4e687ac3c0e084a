/**
 * The driver sync object: a sync object of this thread whose points and fences other threads see.
 *
 * An ordinary, ordered `SyncObject`. Each fence that is put in is mirrored: a point when its chain node signals, a binary
 * fence as a generation of its own, since the one that it replaced may signal after it.
 *
 * States: binary (empty, or one generation after the other) -> timeline (from the first point on, for ever).
 *
 * Invariants:
 * - What other threads see never goes back: points only grow (Q33), and a timeline is not replaced or reset.
 * - The point is submitted in shared memory before it can be seen to have signalled.
 * - Q32: a point's error is the first failure of the points up to it. A chain node has no error of its own (CH7), but other
 *   threads can't look at what is below it.
 */
import { SignalboxError, checkErrno, errno } from "../errors.ts";
import type { NegativeErrno } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import type { PreparedSink } from "../fence/sink.ts";
import { realPlatform } from "../platform/real.ts";
import { SyncObject } from "../sync/sync-object.ts";
import { SyncPoint } from "../sync/sync-point.ts";
import { sharedNow } from "./clock.ts";
import { claim } from "./driver-timeline.ts";
import { bodyOf, newBody, openMemory } from "./handle.ts";
import type { DriverSyncObjectHandle, HandleBody, SyncObjectHandle } from "./handle.ts";
import { causeInWords, follow, outcomeOf } from "./mirror.ts";
import { GENERATION_ENTRIES, SignalLog, TIMELINE_ENTRIES } from "./signal-log.ts";

/** The two logs of a sync object, and what its handles say. */
interface ObjectMemory {
  readonly points: SignalLog;
  readonly binary: SignalLog;
  readonly body: HandleBody;
}

/**
 * A sync object that other threads can wait for: an ordinary one with a handle, which this thread alone fills.
 *
 * It is ordered (Q33), and once it has had a point it stays a timeline: `replace`, `signal` and `reset` throw EINVAL then.
 *
 * @example
 * ```ts
 * const frames = new DriverSyncObject("frames");
 * worker.postMessage(frames.handle);           // there: openSyncObject(handle).at(7n).wait({ forSubmit: true })
 * frames.addPoint(7n, done);
 * ```
 */
export class DriverSyncObject extends SyncObject {
  /** For {@link openSyncObject} in other threads. */
  readonly handle: SyncObjectHandle;
  readonly #memory: ObjectMemory;
  #generation = 0n;
  /** Generations that have not signalled, oldest first. */
  readonly #pending = new Set<bigint>();
  #isTimeline = false;
  /** The nodes of points that are not in the log, by point. */
  readonly #unsignalled: Fence[] = [];

  /** Makes an empty one. Throws ENODEV where memory can't be shared. */
  constructor(name: string);
  /** @internal Made by `openDriverSyncObject`. */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- this one is stripped from what is published
  constructor(name: string, opened: ObjectMemory);
  constructor(name: string, opened?: ObjectMemory) {
    super({ name, ordered: true });
    this.#memory = opened ?? newMemory(name);
    const { binary, body } = this.#memory;
    this.handle = { signalbox: "sync object", ...body, binary: binary.memory };
  }

  override at(point: bigint = 0n): SyncPoint {
    return new MirroredPoint(this, point);
  }

  override replace(fence: Fence | null): void {
    this._checkBinary();
    super.replace(fence);
  }

  override signal(): void {
    this._checkBinary();
    super.signal();
  }

  override reset(): void {
    this._checkBinary();
    super.reset();
  }

  /** @internal Fails with EINVAL what would end the timeline. */
  _checkBinary(): void {
    if (!this.#isTimeline) return;
    throw new SignalboxError(
      "EINVAL",
      `[SyncObject "${this.name}"] is a timeline that other threads see (at point ${this.lastSubmitted}), and stays one`,
    );
  }

  /**
   * Says that nothing more will come: what other threads wait for and has no outcome fails with `error` (ENOENT if left out).
   * A second call does nothing. Throws RangeError for a number that can't be an error.
   */
  close<Value extends number>(error?: NegativeErrno<Value>, cause?: unknown): void;
  close(error: number = errno.ENOENT, cause?: unknown): void {
    checkErrno(error);
    const outcome = { error, time: sharedNow(realPlatform), text: causeInWords(cause) };
    this.#memory.points.end("owner", outcome);
    this.#memory.binary.end("owner", outcome);
  }

  /** @internal */
  override _replace(fence: Fence | null): void {
    if (fence === this.fence) return;
    super._replace(fence);
    // A submission that leaves a point and a binary fence here at once: the point stays what others see.
    if (!this.#isTimeline) this.#mirrorBinary(fence);
  }

  /** @internal */
  override _addPoint(point: bigint, fence: Fence): void {
    super._addPoint(point, fence);
    const { points, binary } = this.#memory;
    if (!this.#isTimeline) {
      this.#isTimeline = true;
      binary.setCurrent(0n);
    }
    points.submit(point);
    const node = super.fence;
    if (node === null) return;
    this.#unsignalled.push(node);
    follow(node, { _signalFrom: () => this.#mirrorPoints() });
  }

  // SIGNALLING: of nodes that signal together the newest may be told of first; in the log they are in order.
  #mirrorPoints(): void {
    let signalled = 0;
    for (const node of this.#unsignalled) {
      if (!node.signalled) break;
      this.#memory.points.advance(node.point, outcomeOf(node));
      signalled++;
    }
    this.#unsignalled.splice(0, signalled);
  }

  #mirrorBinary(fence: Fence | null): void {
    const { binary } = this.#memory;
    if (fence === null) {
      binary.setCurrent(0n);
      return;
    }
    const generation = ++this.#generation;
    this.#pending.add(generation);
    binary.setCurrent(generation);
    follow(fence, {
      _signalFrom: () => {
        binary.advance(generation, outcomeOf(fence));
        this.#settle(generation);
      },
    });
  }

  #settle(generation: bigint): void {
    this.#pending.delete(generation);
    const [oldest = this.#generation + 1n] = this.#pending;
    this.#memory.binary.settle(oldest);
  }
}

/** A point that refuses, before anything has happened, what other threads could not see. */
class MirroredPoint extends SyncPoint {
  override _prepare(): PreparedSink {
    if (this.point === 0n) (this.object as DriverSyncObject)._checkBinary();
    return super._prepare();
  }
}

/**
 * Takes on the sync object that `link.oweSyncObject(name)` promised in the other thread: from now on this thread fills it.
 *
 * Throws EBUSY if a thread has done so, EINVAL for anything that is no such handle.
 *
 * @example `openDriverSyncObject(handle).signalPoint(7n)`
 */
export function openDriverSyncObject(handle: DriverSyncObjectHandle): DriverSyncObject {
  const binary = openMemory(handle.binary, "driver sync object");
  const points = claim(handle, "driver sync object");
  return new DriverSyncObject(handle.timeline, { points, binary, body: bodyOf(handle) });
}

function newMemory(name: string): ObjectMemory {
  const points = SignalLog.create(TIMELINE_ENTRIES);
  const binary = SignalLog.create(GENERATION_ENTRIES);
  points.claim();
  return { points, binary, body: newBody(points, "points", { timeline: name, driver: "signalbox" }) };
}
