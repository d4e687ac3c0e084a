/**
 * The event model of a trace: what is told of each step of a job's path, and of each fence.
 *
 * The path of a job, in the order of its events:
 *
 * ```
 * jobMade                                      has no seqno yet: only its queue, its label and its cost are known
 * jobArmed                                     has its seqno, which with its queue's context is its name from here on
 *   jobDependency ...                          one for each fence that it waits for
 * jobPushed                                    is in its queue
 * jobPublished                                 its fence may be seen by others
 *   jobBlocked ...                             is at the head and can't start: on account of a fence, or of credits
 * jobStarted -> (deviceSpan ...) jobCompleted  ran: what is between is its run; an error is told by `jobCompleted`
  jobTimedOut                                was out of time in that run, and its driver was asked
  jobTakenBack -> jobStarted ...             instead of `jobCompleted`: its device was reset, and it is run again
 * or jobCancelled                              will never run, and why
 * fenceSignalled                               its done fence signalled, when those of its predecessors had
 * jobReleased                                  its data was let go
 * ```
 * A submission that is rolled back leaves nothing but `jobMade`.
 *
 * The path of any other fence: `fenceCreated`, `promised` where it is owed on somebody's word only, then `fenceSignalled`. Waits for either kind: `waitStarted`, `waitEnded`.
 * Rings and queues: `ringOpened`, `queueOpened`, `queueClosed`; a reset is `ringHalted` for each ring, then `ringResumed`. What was there before the trace began has no such event;
 * its name is told all the same.
 *
 * An event carries names and numbers, never an object of the core: a trace keeps nothing alive. The types are called as
 * the methods of `Tracer` (hooks.ts) that report them. Times are in ms, on the platform's clock.
 */
import type { WaitOutcome } from "../hooks.ts";

/** A ring, as a trace remembers it. */
export interface TracedRing {
  /** Tells rings of the same name apart; counted from 1 in each trace. */
  readonly id: number;
  readonly name: string;
  /** The name of the driver that runs its jobs. */
  readonly driver: string;
  /** Whether its driver runs several jobs at once: then only the device itself can tell what was on the hardware. */
  readonly overlaps: boolean;
}

/** A timeline, as a trace remembers it: a program's own, or a queue's. */
export interface TracedTimeline {
  /** Its id, as `fence.context` tells it. */
  readonly context: number;
  readonly name: string;
  /** The name of what drives it. */
  readonly driver: string;
  /** Whether its fences are the done fences of a queue's jobs. */
  readonly isQueue: boolean;
  /** The ring of the queue; undefined for a timeline of a program's own, and for a queue of which only a released job was seen. */
  readonly ring: TracedRing | undefined;
  /** What the jobs of the queue may cost in flight; Infinity if nothing bounds it. */
  readonly credits: number;
}

/** Which fence: its timeline and its seqno there. */
export interface FenceId {
  readonly context: number;
  /** The name of its timeline; of its queue, if it is a job's. */
  readonly timeline: string;
  readonly seqno: number;
}

/** Why a job was cancelled: `CancelReason` (driver.ts) in names and words. */
export type TracedReason =
  | { readonly kind: "dependency"; readonly fence: FenceId }
  | { readonly kind: "killed"; readonly cause: string }
  | { readonly kind: "lost"; readonly cause: string }
  | { readonly kind: "reset"; readonly cause: string };

/** One step of a ring, a queue, a fence or a job; see the head of this file. */
export type TraceEvent =
  | { readonly type: "ringOpened"; readonly time: number; readonly ring: TracedRing }
  | { readonly type: "queueOpened"; readonly time: number; readonly queue: TracedTimeline }
  | { readonly type: "queueClosed"; readonly time: number; readonly queue: TracedTimeline }
  | { readonly type: "fenceCreated"; readonly time: number; readonly fence: FenceId }
  /** `error` is 0 or a negative errno; `cause` is what led to it, in words, "" if there are none. */
  | {
      readonly type: "fenceSignalled";
      readonly time: number;
      readonly fence: FenceId;
      readonly error: number;
      readonly cause: string;
    }
  | { readonly type: "waitStarted"; readonly time: number; readonly fence: FenceId }
  | { readonly type: "waitEnded"; readonly time: number; readonly fence: FenceId; readonly outcome: WaitOutcome }
  /** `reason` is why somebody was sure that it will be signalled (`must.promise`). */
  | { readonly type: "promised"; readonly time: number; readonly fence: FenceId; readonly reason: string }
  | {
      readonly type: "jobMade";
      readonly time: number;
      readonly queue: TracedTimeline;
      readonly label: string | undefined;
      readonly cost: number;
    }
  | {
      readonly type: "jobArmed";
      readonly time: number;
      readonly job: FenceId;
      readonly label: string | undefined;
      readonly cost: number;
    }
  | { readonly type: "jobDependency"; readonly time: number; readonly job: FenceId; readonly dependency: FenceId }
  | { readonly type: "jobPushed"; readonly time: number; readonly job: FenceId }
  | { readonly type: "jobPublished"; readonly time: number; readonly job: FenceId }
  /** `blocker` is null when it is credits that are short. */
  | { readonly type: "jobBlocked"; readonly time: number; readonly job: FenceId; readonly blocker: FenceId | null }
  /** `credits` are those of its queue that are in flight now, this job's included. */
  | { readonly type: "jobStarted"; readonly time: number; readonly job: FenceId; readonly credits: number }
  /** `credits` are those of its queue that are still in flight. */
  | {
      readonly type: "jobCompleted";
      readonly time: number;
      readonly job: FenceId;
      readonly credits: number;
      readonly error: number;
    }
  | { readonly type: "jobTimedOut"; readonly time: number; readonly job: FenceId }
  /** `credits` are those of its queue that are still in flight. */
  | { readonly type: "jobTakenBack"; readonly time: number; readonly job: FenceId; readonly credits: number }
  /** `guilty` is the job on account of which the ring is reset, null if it is nobody's. */
  | {
      readonly type: "ringHalted";
      readonly time: number;
      readonly ring: TracedRing;
      readonly guilty: FenceId | null;
    }
  | { readonly type: "ringResumed"; readonly time: number; readonly ring: TracedRing }
  | { readonly type: "jobCancelled"; readonly time: number; readonly job: FenceId; readonly reason: TracedReason }
  | { readonly type: "jobReleased"; readonly time: number; readonly job: FenceId }
  /** `start` and `end` are what the device measured; `time` is when it told. */
  | {
      readonly type: "deviceSpan";
      readonly time: number;
      readonly job: FenceId;
      readonly ring: TracedRing;
      readonly name: string;
      readonly start: number;
      readonly end: number;
    };

/** The name of a step. */
export type TraceEventType = TraceEvent["type"];

/** Every step, once; the place in this list is the number that the log stores. */
export const eventTypes: readonly TraceEventType[] = [
  "ringOpened",
  "queueOpened",
  "queueClosed",
  "fenceCreated",
  "fenceSignalled",
  "waitStarted",
  "waitEnded",
  "jobMade",
  "jobArmed",
  "jobDependency",
  "jobPushed",
  "jobPublished",
  "jobBlocked",
  "jobStarted",
  "jobCompleted",
  "jobCancelled",
  "jobReleased",
  "deviceSpan",
  "promised",
  "jobTimedOut",
  "jobTakenBack",
  "ringHalted",
  "ringResumed",
];
