/**
 * A job after its making, as values: what `section.arm` and `submit` answer. For the compiler; at run time all of them are
 * the `Job` itself.
 *
 * Types: made (`Job`) -> armed (`ArmedJob`) -> submitted (`SubmittedJob`), the latter two without what is over: no more
 * dependencies, no slots, no second arm, no second submission.
 *
 * Invariants:
 * - A `Job` is no `ArmedJob` for the compiler, so that only what was armed can be pushed (Q7).
 * - Both are fences: to wait for, and to depend on.
 *
 * TypeScript can't take the old variable away; what is done through that one throws, and the linter speaks of it.
 */
import type { Fence } from "../fence/fence.ts";
import type { JobStage } from "./job.ts";

/**
 * A job that was submitted: its done fence, and what can be read of it.
 *
 * @typeParam Result - what the device leaves in `result`
 * @example
 * ```ts
 * const [decoded] = submit(queue.job<Picture>({ ... }));
 * await decoded.wait();
 * show(decoded.result);
 * ```
 */
export interface SubmittedJob<Result = unknown> extends Fence {
  /** What the device left as its outcome. Throws EINVAL before the fence signalled, and the job's own failure if it failed. */
  readonly result: Result;
  /** What it is called in traces and errors: its spec's label, else its queue and seqno, such as `upload:3`. */
  readonly label: string;
  /** The name of its queue. */
  readonly queueName: string;
  /** Where it is on its path. */
  readonly stage: JobStage;
  /** A fence that signals when it starts (Q3). Throws EINVAL unless it was looked at before the submission. */
  readonly started: Fence;
}

declare const armed: unique symbol;

/**
 * A job that was armed in an open submission, and has to be pushed in it: got from `section.arm`.
 * It may be a dependency of jobs that are armed after it, and fill their slots.
 *
 * @typeParam Result - what the device leaves in `result`
 */
export interface ArmedJob<Result = unknown> extends Fence {
  /** What it is called in traces and errors: its spec's label, else its queue and seqno. */
  readonly label: string;
  /** The name of its queue. */
  readonly queueName: string;
  /** A fence that signals when it starts (Q3). Throws EINVAL unless it was looked at before the arm. */
  readonly started: Fence;
  /** For the compiler only: tells it from a job that was not armed. */
  readonly [armed]: Result;
}
