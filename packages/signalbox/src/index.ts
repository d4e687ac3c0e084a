/**
 * Signalbox: fences and job queues for everything a TypeScript program waits on.
 *
 * This is the core's public face; nothing inside the package imports it.
 */
export { FenceError, SignalboxError, errno, errorName } from "./errors.ts";
export type { ErrorCode, FenceErrorDetails } from "./errors.ts";
export type { CloseOptions, Device, DeviceState } from "./device.ts";
export type { CancelReason, Driver, FailedDependencyPolicy, JobSpec, RunOutcome } from "./driver.ts";
export { deliver } from "./fence/delivery.ts";
export { DriverFence } from "./fence/driver-fence.ts";
export { Fence } from "./fence/fence.ts";
export type { FenceKind } from "./fence/fence.ts";
export type { FenceOps } from "./fence/ops-fence.ts";
export { isLater, laterOf } from "./fence/order.ts";
export { Registration } from "./fence/registration.ts";
export type { FenceMessage, PostTarget } from "./fence/registration.ts";
export type { FenceState } from "./fence/state.ts";
export { stubFence } from "./fence/stub.ts";
export { Timeline } from "./fence/timeline.ts";
export type { TimelineOptions } from "./fence/timeline.ts";
export type { SeqnoBits } from "./fence/timeline-core.ts";
export type { WaitOptions } from "./fence/wait.ts";
export type { Platform, Timer } from "./platform/platform.ts";
export { realPlatform } from "./platform/real.ts";
export type { Policy, Priority } from "./queue/fair.ts";
export { Job } from "./queue/job.ts";
export type { JobStage } from "./queue/job.ts";
export { JobQueue } from "./queue/job-queue.ts";
export type { QueueState } from "./queue/job-queue.ts";
export type { QueueOptions } from "./queue/queue-options.ts";
export { Ring } from "./queue/ring.ts";
export type { RingOptions } from "./queue/ring.ts";
export { Submission, submission, submit } from "./queue/submission.ts";
export { Completion } from "./work/completion.ts";
export { WorkItem, WorkQueue } from "./work/work-queue.ts";
export type { WorkBody, WorkBudget, WorkQueueOptions } from "./work/work-queue.ts";
