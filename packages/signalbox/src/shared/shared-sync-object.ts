/**
 * The shared sync object: another thread's sync object, as this thread sees it.
 *
 * A real `SyncObject`, to be waited for, depended on and transferred from like any other, whose content is in shared memory.
 * What is in it changes by its owner only: everything that would put something in throws EINVAL.
 *
 * Invariants:
 * - SY8: a point that was submitted has a fence, made when somebody asks for it; it signals when the owner's log has passed
 *   the point, so points between two of the owner's count as the next one.
 * - SY5: whoever waits for a fence to appear is told by the reader, which listens for as long as somebody waits.
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import type { PreparedSink } from "../fence/sink.ts";
import type { Arrival } from "../sync/arrival.ts";
import { checkPoint } from "../sync/points.ts";
import { SyncObject } from "../sync/sync-object.ts";
import { SyncPoint } from "../sync/sync-point.ts";
import { binaryBodyOf, bodyOf, openLog, openMemory } from "./handle.ts";
import type { SyncObjectHandle } from "./handle.ts";
import { readerOf } from "./reader.ts";
import type { ChangeListener, LogReader } from "./reader.ts";

export class SharedSyncObject extends SyncObject implements ChangeListener {
  readonly handle: SyncObjectHandle;
  readonly points: LogReader;
  readonly #binary: LogReader;
  readonly #awaiting = new Set<Arrival>();

  constructor(points: LogReader, binary: LogReader) {
    super({ name: points.body.timeline, ordered: true });
    this.points = points;
    this.#binary = binary;
    this.handle = { signalbox: "sync object", ...points.body, binary: binary.body.memory };
  }

  override get fence(): Fence | null {
    return this._fenceAt(0n);
  }

  override get lastSignalled(): bigint {
    return this.points.log.signalledThrough;
  }

  override get lastSubmitted(): bigint {
    return this.points.log.submitted;
  }

  override find(point: bigint = 0n): Fence {
    checkPoint(point);
    const fence = this._fenceAt(point);
    if (fence !== null) return fence;
    const what = point === 0n ? "is empty" : `has no point ${point}: the last one submitted is ${this.lastSubmitted}`;
    throw new SignalboxError("EINVAL", `[SyncObject "${this.name}"] ${what}`);
  }

  override at(point: bigint = 0n): SyncPoint {
    return new ReadOnlyPoint(this, point);
  }

  /**
   * SY8: the fence to wait for where somebody wants the point; null if its owner has not submitted it. When the owner is gone
   * every point stands: what was never submitted has failed.
   */
  _fenceAt(point: bigint): Fence | null {
    const generation = this.#binary.log.current;
    if (generation !== 0n && point === 0n) return this.#binary.fence(generation);
    const { submitted, ended } = this.points.log;
    if (point === 0n) return submitted > 0n ? this.points.fence(submitted) : ended ? this.points.fence(1n) : null;
    return point <= submitted || ended ? this.points.fence(point) : null;
  }

  override _await(arrival: Arrival): Fence | null {
    const fence = this._fenceAt(arrival._point);
    if (fence !== null) return fence;
    this.#listen();
    // Once more, now that whatever comes is told.
    const late = this._fenceAt(arrival._point);
    if (late === null) this.#awaiting.add(arrival);
    this.#restIfIdle();
    return late;
  }

  override _forget(arrival: Arrival): void {
    if (this.#awaiting.delete(arrival)) this.#restIfIdle();
  }

  override get _awaited(): number {
    return this.#awaiting.size;
  }

  /** Told by the readers. */
  changed(): void {
    // Nobody yet: it is `_await` that has begun to listen, and looks by itself.
    if (this.#awaiting.size === 0) return;
    for (const arrival of this.#awaiting) {
      const fence = this._fenceAt(arrival._point);
      if (fence !== null && this.#awaiting.delete(arrival)) arrival._arrived(fence);
    }
    this.#restIfIdle();
  }

  override _checkNext(point: bigint): void {
    checkPoint(point);
    this.refuse();
  }

  override _replace(_fence: Fence | null): void {
    this.refuse();
  }

  override _addPoint(_point: bigint, _fence: Fence): void {
    this.refuse();
  }

  /** Throws EINVAL. */
  refuse(): never {
    throw new SignalboxError(
      "EINVAL",
      `[SyncObject "${this.name}"] is another thread's: here it can only be waited for`,
    );
  }

  #listen(): void {
    this.points.addListener(this);
    this.#binary.addListener(this);
  }

  #restIfIdle(): void {
    if (this.#awaiting.size > 0) return;
    this.points.removeListener(this);
    this.#binary.removeListener(this);
  }
}

/** A point that no job can signal. */
class ReadOnlyPoint extends SyncPoint {
  override _prepare(): PreparedSink {
    return (this.object as SharedSyncObject).refuse();
  }
}

/**
 * The sync object behind a handle, in this thread: to be waited for, blocking or not, and depended on. Whatever would put
 * something into it throws EINVAL. Throws EINVAL for anything that is no sync object's handle.
 *
 * @example `await openSyncObject(handle).at(7n).wait({ forSubmit: true })`
 */
export function openSyncObject(handle: SyncObjectHandle): SyncObject {
  const points = openLog(handle, "sync object");
  const binary = openMemory(handle.binary, "sync object");
  return new SharedSyncObject(readerOf(bodyOf(handle), points), readerOf(binaryBodyOf(handle), binary));
}
