/**
 * The seam where the core tells what it does, so that what it tells never has to be imported by it.
 *
 * The trace and the validator put themselves here. A field that is `null` costs one check: every caller reads
 * the field, compares it, and goes on. Whoever is called here runs inside sections: it must not wait, throw, signal,
 * submit or register; it may only take notes.
 */
import type { DriverFence } from "./fence/driver-fence.ts";
import type { Fence } from "./fence/fence.ts";
import type { Registration } from "./fence/registration.ts";
import type { TurnKeeper } from "./fence/turns.ts";
import type { CancelReason } from "./driver.ts";
import type { FaultSites } from "./faults.ts";
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
  /** Somebody gave his word that a fence which got its seqno just now will be signalled, and why: an obligation's escape hatch. */
  promised(fence: Fence, reason: string): void;
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
  /** A running job is out of time; its driver is about to be asked. */
  jobTimedOut(job: Job): void;
  /** A running job was put back by a reset, to be run again. Its credits are back. */
  jobTakenBack(job: Job): void;
  /** A ring is being reset with its device, on account of this job if it is one's: it starts nothing. */
  ringHalted(ring: Ring, guilty: Job | null): void;
  /** The device is back, and the ring goes on. One that doesn't come back has its jobs ended instead. */
  ringResumed(ring: Ring): void;
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

/**
 * A synchronous stretch of code that the validator knows: a signalling section; an interrupt-like delivery; one
 * registration acting; an open submission; the body of a work item. In all but the last, signals depend on its coming to an end.
 */
export type ContextKind = "section" | "delivery" | "registration" | "submission" | "work";

/** Why one fence can't signal before another has. That a container waits for its members can be seen from it. */
export type Dependence = "job" | "registration" | "hardware" | "obligation";

/**
 * What else can be waited for: a job queue and a reservation, until their fences have signalled; a work queue, until it has
 * come round; a completion, and the submission of a point, which can be anybody's. Ending a queue can be waited for too, and
 * is mostly meant for itself.
 */
export type AwaitedThing = "queue" | "end" | "reservation" | "worker" | "completion" | "point";

/** Where an obligation was handed on to another thread, as its handle tells that thread's validator: plain data. */
export interface HandedOn {
  /** What the sender calls the thread. */
  readonly to: string;
  /** The frames of the sender's own code, innermost first. */
  readonly stack: readonly string[];
}

/** What is opened, and has to be brought to its end. */
export type Opened = "queue" | "device";

/**
 * Who listens to the discipline of signalling.
 *
 * Each method is called synchronously at the step it names; every `entered` is followed by one `left`, on every exit.
 */
export interface LockdepHooks {
  /**
   * Such a stretch begins. `subject` is what it belongs to, if one thing: a work queue, a registration, the body that it is to run;
   * `owes` is the fence that was handed on to it, if one was.
   */
  entered(kind: ContextKind, subject: object | null, owes?: Fence): void;
  /** It is over. */
  left(kind: ContextKind): void;
  /** The body of such a stretch answered a promise: it isn't over. Called before `left`. */
  answeredPromise(kind: ContextKind): void;
  /** Something was thrown out of a registration. */
  threw(error: unknown): void;

  /** Somebody is about to wait for a fence, whether it has signalled or not. Looking (a timeout of 0) is not waiting. */
  waits(fence: Fence): void;
  /** Somebody is about to wait for something else than one fence. */
  waitsFor(what: AwaitedThing, subject: object, name: string): void;
  /** Somebody is about to block this thread; `what` says on what. */
  blocks(what: string): void;
  /** A job was made; nobody has submitted it. */
  jobMade(job: Job): void;
  /** A submission is about to be opened, or refused; of these jobs, where that is known already. */
  submits(jobs: readonly Job[] | Job | null): void;
  /** A job is about to be armed in the open submission, by hand, or refused. */
  arms(job: Job): void;
  /**
   * Something that makes jobs, or puts them together for a submission, threw: of this job, where it is known. What its program
   * was to do with that job, and with others that it made for it, it most probably won't do now.
   */
  refused(job: Job | null): void;
  /** A submission is rolled back since these jobs were armed in it and never pushed. */
  leftArmed(jobs: readonly Fence[]): void;

  /** A fence got its seqno; `handle` is its write side, `timeline` what keeps its turns. */
  made(handle: DriverFence, timeline: TurnKeeper): void;
  /** A fence signals now. */
  signalled(fence: Fence): void;
  /** A fence of this timeline is signalled through its driver fence. */
  signalledByHandle(timeline: TurnKeeper): void;
  /** A timeline signals by seqno (`signalThrough`): its driver fences needn't be kept. */
  swept(timeline: TurnKeeper): void;
  /**
   * From now on, `waiter` can't signal before `on` has. Before anybody can see that it is so. With a registration, until that
   * is taken back.
   */
  dependsOn(waiter: Fence, on: Fence, why: Dependence, registration?: Registration): void;
  /** A registration was put on a fence by a program, or for it by a wait. */
  registered(registration: Registration, fence: Fence): void;
  /** It was taken back, or has acted. */
  unregistered(registration: Registration): void;

  /** Something was opened; `unended` counts a queue's jobs that have not ended, and keeps nothing of it alive. */
  opened(what: Opened, subject: object, name: string, unended: (() => number) | null): void;
  /** It has come to its end. */
  closed(subject: object): void;

  /** A ticket was drawn: its holder will want reservations. `alone`: no code that holds any waits for it, as its caller says. */
  ticketDrawn(ticket: ReservationTicket, alone: boolean): void;
  /** The call that drew it has come back to its caller: what the caller does from here on is not done for the ticket. */
  ticketLeft(ticket: ReservationTicket): void;
  /** That ticket holds and wants nothing any more. */
  ticketOver(ticket: ReservationTicket): void;

  /** An obligation was handed on: what signals the fence now is this work queue, job queue or thread. */
  transferred(fence: Fence, to: object, name: string): void;
  /** An obligation is being handed on to another thread: what its handle tells there of this place. */
  sends(to: string): HandedOn;
  /** An obligation came from another thread: this fence is its driver fence here. */
  received(fence: Fence, from: HandedOn): void;
  /** An obligation was discharged by somebody's word. */
  promised(fence: Fence, reason: string): void;
  /** The body of a publication answered something else than its own proof. */
  wrongProof(name: string): void;
}

/** The listeners, one of each kind; constant-shaped, so that a check of a field is all that silence costs. */
export const hooks: {
  tracer: Tracer | null;
  locks: LockListener | null;
  lockdep: LockdepHooks | null;
  /** No listener: decides where the core takes a rare way (faults.ts). In explored runs alone. */
  faults: FaultSites | null;
} = {
  tracer: null,
  locks: null,
  lockdep: null,
  faults: null,
};
