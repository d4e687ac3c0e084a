/**
 * The seam where the core tells what it does, so that what it tells never has to be imported by it.
 *
 * The trace (and later the validator) put themselves here. A field that is `null` costs one check: every caller reads
 * the field, compares it, and goes on. Whoever is called here runs inside sections: it must not wait, throw, signal,
 * submit or register; it may only take notes.
 */
import type { Fence } from "./fence/fence.ts";
import type { CancelReason } from "./driver.ts";
import type { Job } from "./queue/job.ts";
import type { JobQueue } from "./queue/job-queue.ts";
import type { Ring } from "./queue/ring.ts";
import type { Reservation } from "./sync/reservation/reservation.ts";
import type { ReservationTicket } from "./sync/reservation/ticket.ts";

/** How a wait ended. */
export type WaitOutcome = "signalled" | "failed" | "timeout" | "aborted";

/** A stretch of time that a device measured itself: when a job really was on the hardware. Times as `platform.now()`. */
export interface DeviceSpan {
  readonly ring: Ring;
  readonly job: Job;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Who listens to the steps of jobs and fences.
 *
 * Each method is called synchronously at the step it names, in the order in which the steps happen.
 */
export interface Tracer {
  /** A ring exists; its queues follow. */
  ringOpened(ring: Ring): void;
  /** A queue exists on its ring. */
  queueOpened(queue: JobQueue): void;
  /** A queue is inactive: none of its jobs is left. */
  queueClosed(queue: JobQueue): void;
  /** A fence that is no job's got its seqno. */
  fenceCreated(fence: Fence): void;
  /** A fence signalled, a job's done fence included; its error and timestamp are readable. F12: before its registrations run. */
  fenceSignalled(fence: Fence): void;
  /** Somebody began to wait for a fence that is not signalled. */
  waitStarted(fence: Fence): void;
  /** That wait ended. */
  waitEnded(fence: Fence, outcome: WaitOutcome): void;
  /** A job was made; it has no seqno yet. */
  jobMade(job: Job): void;
  /** A job has its seqno, and its submission can't be rolled back any more; its dependencies follow, each once. */
  jobArmed(job: Job): void;
  /** One dependency that an armed job waits for. */
  jobDependency(job: Job, dependency: Fence): void;
  /** A job was put into its queue. */
  jobPushed(job: Job): void;
  /** A job's done fence may now be seen by others. */
  jobPublished(job: Job): void;
  /** The head of a queue can't start: on account of this fence, or of credits (`null`). */
  jobBlocked(job: Job, blocker: Fence | null): void;
  /** `driver.run(job)` is about to be called; its credits are taken. */
  jobStarted(job: Job): void;
  /** The device is done with a job; its credits are back, its fence signals when its predecessors' have. */
  jobCompleted(job: Job): void;
  /** A job will never run. */
  jobCancelled(job: Job, reason: CancelReason): void;
  /** A job's data was let go. */
  jobReleased(job: Job): void;
  /** A stretch that the device itself measured. */
  deviceSpan(span: DeviceSpan): void;
}

/**
 * Who listens to the locks of reservations: who wants which, in which order, and who gets it.
 *
 * Each method is called synchronously at the step it names. Every `lockWanted` is followed by one `lockTaken` or one
 * `lockGivenUp` of the same pair, every `lockTaken` by one `lockReleased`. A lock that was taken only because it was free
 * (`tryLockAll`) was not wanted before.
 */
export interface LockListener {
  /** A ticket asks for a lock, and will wait for it if it has to. */
  lockWanted(reservation: Reservation, ticket: ReservationTicket): void;
  /** The lock is the ticket's. */
  lockTaken(reservation: Reservation, ticket: ReservationTicket): void;
  /** The ticket asks no longer: the lock was refused to it, or its wait was ended. */
  lockGivenUp(reservation: Reservation, ticket: ReservationTicket): void;
  /** The lock is free, or about to be taken by who has waited longest. */
  lockReleased(reservation: Reservation, ticket: ReservationTicket): void;
  /** An older ticket wants this lock, which the ticket holds: it gets no further lock before it has dropped all. */
  ticketWounded(reservation: Reservation, ticket: ReservationTicket): void;
}

/** The listeners, one of each kind; constant-shaped, so that a check of a field is all that silence costs. */
export const hooks: { tracer: Tracer | null; locks: LockListener | null } = { tracer: null, locks: null };
