/**
 * The sync point: one point of a sync object, as something to wait for, to depend on, and to leave a fence at.
 *
 * It has no state: what it stands for is looked up each time (SY8), so that a point may be named before it was submitted.
 * As a source it answers the fence of the moment; as a sink it takes a job's done fence when its submission publishes (B1).
 */
import type { Fence } from "../fence/fence.ts";
import { mergeFences } from "../fence/merge.ts";
import type { FenceSink, PreparedSink } from "../fence/sink.ts";
import type { FenceSource } from "../fence/source.ts";
import { checkPoint } from "./points.ts";
import { waitForSubmit } from "./sync-submit.ts";
import type { WaitLimits } from "./limits.ts";
import type { SyncObject } from "./sync-object.ts";
import { waitForPoint } from "./sync-wait.ts";
import type { SyncWaitOptions } from "./sync-wait.ts";

/**
 * One point of a sync object. Made by `object.at(point)`; two of the same object and point mean the same.
 *
 * @example
 * ```ts
 * const job = queue.job({ after: uploads.at(4n), signals: [frames.at(7n)], ... });
 * await frames.at(7n).wait({ forSubmit: true, timeout: 1_000 });
 * ```
 */
export class SyncPoint implements FenceSource, FenceSink {
  /** The object that it is a point of. */
  readonly object: SyncObject;
  /** The point; 0n is the object as a whole. */
  readonly point: bigint;

  /** @internal Made by `SyncObject.at`. Throws RangeError for a number that is no u64. */
  constructor(object: SyncObject, point: bigint) {
    checkPoint(point);
    this.object = object;
    this.point = point;
  }

  /** SY8: the fence to wait for where this point is wanted. Throws EINVAL when nobody has submitted it. */
  find(): Fence {
    return this.object.find(this.point);
  }

  /**
   * Resolves with that fence as soon as there is one, which may be now; the first one, whatever happens afterwards (SY15).
   * Rejects with ETIME after 5 s, or after `timeout` ms, and with the signal's reason when aborted.
   *
   * @example `const fence = await frames.at(7n).submitted({ timeout: Infinity })`
   */
  submitted(options?: WaitLimits): Promise<Fence> {
    return waitForSubmit(this, options);
  }

  /**
   * Resolves when the point has signalled; rejects with a `FenceError` when what it waited for failed (Q32), with ETIME
   * when the time is up, and with the signal's reason when aborted. Throws EINVAL at once when nobody has submitted the point,
   * unless `forSubmit` or `available` is set, and for limits as `waitAny`.
   *
   * @example `await frames.at(7n).wait({ timeout: 1_000, signal: controller.signal })`
   */
  wait(options?: SyncWaitOptions): Promise<void> {
    return waitForPoint(this, options);
  }

  /**
   * SY10: gives what is here to another point as well: at 0n the same fence, at any other a point of its own that signals with
   * it. Throws EINVAL when nobody has submitted this point.
   *
   * @example `uploads.at(4n).transferTo(frames.at(8n))`
   */
  transferTo(target: SyncPoint): void {
    target.#take(this.find());
  }

  /** The same as soon as this point has been submitted; options and errors as `submitted`. */
  async transferWhenSubmitted(target: SyncPoint, options?: WaitLimits): Promise<void> {
    target.#take(await this.submitted(options));
  }

  /** Leaves a fence here: at 0n as `object.replace(fence)` does, at any other point as `object.addPoint(point, fence)`. */
  put(fence: Fence): void {
    if (this.point === 0n) this.object.replace(fence);
    else this.object.addPoint(this.point, fence);
  }

  /** @internal FenceSource. */
  _fences(): readonly Fence[] {
    return [this.find()];
  }

  /** @internal FenceSink. Q33: an ordered object refuses here, before anything has happened. */
  _prepare(): PreparedSink {
    const { object, point } = this;
    if (point !== 0n) object._checkNext(point);
    return {
      _publish: (fence) => {
        if (point === 0n) object._replace(fence);
        else object._addPoint(point, fence);
      },
      _drop: () => {},
    };
  }

  // The chain that a point is part of stays behind: only what it waits for goes along.
  #take(fence: Fence): void {
    this.put(this.point === 0n ? fence : mergeFences([fence]));
  }
}
