/**
 * Signalbox: fences and job queues for everything a TypeScript program waits on.
 *
 * This is the core's public face; nothing inside the package imports it.
 */
export { FenceError, SignalboxError, errno, errorName } from "./errors.ts";
export type { ErrorCode, FenceErrorDetails, NegativeErrno } from "./errors.ts";
export type { CloseOptions, Device, DeviceState } from "./device.ts";
export type {
  CancelReason,
  Driver,
  FailedDependencyPolicy,
  JobSpec,
  Reserved,
  ResetHandler,
  RunOutcome,
  TimeoutVerdict,
} from "./driver.ts";
export { FenceArray, fenceArray } from "./fence/array.ts";
export type { FenceArrayOptions } from "./fence/array.ts";
export { FenceChain, chainFence } from "./fence/chain.ts";
export type { FenceChainOptions } from "./fence/chain.ts";
export { deliver } from "./fence/delivery.ts";
export { DriverFence } from "./fence/driver-fence.ts";
export { Fence } from "./fence/fence.ts";
export type { FenceKind } from "./fence/fence.ts";
export { ForeignTimeline } from "./fence/foreign-timeline.ts";
export { isContainer } from "./fence/kinds.ts";
export { mergeFences } from "./fence/merge.ts";
export type { FenceOps } from "./fence/ops-fence.ts";
export { isLater, laterOf } from "./fence/order.ts";
export { PrivateFence } from "./fence/private-fence.ts";
export { Registration } from "./fence/registration.ts";
export type { FenceMessage, PostTarget } from "./fence/registration.ts";
export type { FenceSink, PreparedSink } from "./fence/sink.ts";
export type { FenceSource } from "./fence/source.ts";
export type { FenceState } from "./fence/state.ts";
export { stubFence } from "./fence/stub.ts";
export type { Synchronous } from "./fence/synchronous.ts";
export { Timeline } from "./fence/timeline.ts";
export type { TimelineOptions } from "./fence/timeline.ts";
export type { SeqnoBits } from "./fence/timeline-core.ts";
export { leaves, matchesContext } from "./fence/unwrap.ts";
export type { WaitOptions } from "./fence/wait.ts";
export type { Platform, Timer } from "./platform/platform.ts";
export { realPlatform } from "./platform/real.ts";
export type { Policy, Priority } from "./queue/fair.ts";
export { Job } from "./queue/job.ts";
export type { JobStage } from "./queue/job.ts";
export { JobQueue } from "./queue/job-queue.ts";
export type { QueueState } from "./queue/queue-end.ts";
export type { QueueOptions, ReleaseMode } from "./queue/queue-options.ts";
export { RecoveryDomain } from "./queue/recovery/recovery-domain.ts";
export type { RecoverableRing, RecoveryState } from "./queue/recovery/recovery-domain.ts";
export type { RecoveryOptions } from "./queue/recovery/recovery-options.ts";
export { Ring } from "./queue/ring.ts";
export type { RingOptions } from "./queue/ring.ts";
export { Slot } from "./queue/slot.ts";
export { Submission, submission, submit, submitWith } from "./queue/submission.ts";
export type { SubmitOptions } from "./queue/submission.ts";
export type { ArmedJob, SubmittedJob } from "./queue/submitted-job.ts";
export { DestroyedQueue, InactiveQueue } from "./queue/teardown.ts";
export { MustBeSignalled, WillBeSignalled, publish } from "./signalling/obligation.ts";
export type { Obliged } from "./signalling/obligation.ts";
export { signallingSection } from "./signalling/section.ts";
export type { ReservationEntry, UnlockedEntry } from "./sync/reservation/iteration.ts";
export { LockedReservation } from "./sync/reservation/locked.ts";
export type { ReservationAddOptions } from "./sync/reservation/locked.ts";
export { ReservationLocks } from "./sync/reservation/locks.ts";
export { ReservationLoopLocks } from "./sync/reservation/loop-locks.ts";
export { Reservation, ReservationAt } from "./sync/reservation/reservation.ts";
export { ReservationTicket } from "./sync/reservation/ticket.ts";
export { usageToWaitFor } from "./sync/reservation/usage.ts";
export type { Usage } from "./sync/reservation/usage.ts";
export { tryLockAll, withReservationLoop, withReservations } from "./sync/reservation/with-reservations.ts";
export type { LockOptions } from "./sync/reservation/with-reservations.ts";
export type { WaitLimits } from "./sync/limits.ts";
export { SoftwareTimeline } from "./sync/software-timeline.ts";
export type { SoftwareTimelineOptions } from "./sync/software-timeline.ts";
export { SyncFile } from "./sync/sync-file.ts";
export type { SyncFileFence, SyncFileInfo } from "./sync/sync-file.ts";
export { SyncFileOutput } from "./sync/sync-file-output.ts";
export type { NotifyOptions } from "./sync/sync-notify.ts";
export { SyncObject } from "./sync/sync-object.ts";
export type { SyncObjectOptions } from "./sync/sync-object.ts";
export { SyncPoint } from "./sync/sync-point.ts";
export { waitAll, waitAny } from "./sync/sync-wait.ts";
export type { SyncWaitOptions } from "./sync/sync-wait.ts";
export { Completion } from "./work/completion.ts";
export { WorkItem, WorkQueue } from "./work/work-queue.ts";
export type { WorkBody, WorkBudget, WorkQueueOptions } from "./work/work-queue.ts";
