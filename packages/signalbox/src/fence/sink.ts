/**
 * Fence sinks: places that get a job's done fence when its submission publishes, such as a point of a sync object or a sync
 * file that is yet to be filled.
 *
 * States of one delivery into a sink: prepared (whatever may fail has been done, nothing is seen outside) -> published, or
 * dropped when the submission is rolled back. Both ends are called once, and only one of them.
 */
import type { Fence } from "./fence.ts";

/** Where a job's done fence may go. Made by sync objects, sync files and reservations. */
export interface FenceSink {
  /** @internal Before arm: may throw, may allocate. Nothing is seen outside. */
  _prepare(): PreparedSink;
}

/** A sink that can't fail any more. */
export interface PreparedSink {
  /** @internal SIGNALLING: after the submission's last push. Can't fail. */
  _publish(fence: Fence): void;
  /** @internal The submission was rolled back: nothing happened. */
  _drop(): void;
}
