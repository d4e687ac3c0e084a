/**
 * The recorder: what listens to the hooks while a trace runs, and takes its notes.
 *
 * Called inside sections, so it only reads and notes: a record (record.ts), the names once for each chunk of records (names.ts),
 * and a clock reading where one is needed (clock.ts says where).
 *
 * On the path of each job, so its methods are small: what is rare is in functions of its own, which the engine needn't inline.
 */
import type { CancelReason } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import type { DeviceSpan, Tracer, WaitOutcome } from "../hooks.ts";
import type { Platform } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { Ring } from "../queue/ring.ts";
import { TraceClock } from "./clock.ts";
import type { ClockPolicy } from "./clock.ts";
import { EventLog } from "./event-log.ts";
import type { DropPolicy } from "./event-log.ts";
import { Names } from "./names.ts";
import { FOLLOWER, numberOf, outcomes, reasons } from "./record.ts";

// Not exported, so that the engine takes them for what they are: constants.
const RING_OPENED = numberOf("ringOpened");
const QUEUE_OPENED = numberOf("queueOpened");
const QUEUE_CLOSED = numberOf("queueClosed");
const FENCE_CREATED = numberOf("fenceCreated");
const FENCE_SIGNALLED = numberOf("fenceSignalled");
const WAIT_STARTED = numberOf("waitStarted");
const WAIT_ENDED = numberOf("waitEnded");
const PROMISED = numberOf("promised");
const JOB_MADE = numberOf("jobMade");
const JOB_ARMED = numberOf("jobArmed");
const JOB_DEPENDENCY = numberOf("jobDependency");
const JOB_PUSHED = numberOf("jobPushed");
const JOB_PUBLISHED = numberOf("jobPublished");
const JOB_BLOCKED = numberOf("jobBlocked");
const JOB_STARTED = numberOf("jobStarted");
const JOB_COMPLETED = numberOf("jobCompleted");
const JOB_CANCELLED = numberOf("jobCancelled");
const JOB_RELEASED = numberOf("jobReleased");
const JOB_TIMED_OUT = numberOf("jobTimedOut");
const JOB_TAKEN_BACK = numberOf("jobTakenBack");
const RING_HALTED = numberOf("ringHalted");
const RING_RESUMED = numberOf("ringResumed");
const DEVICE_SPAN = numberOf("deviceSpan");

/** In place of FENCE_SIGNALLED, where that followed in the record of a job's completion. */
const SIGNALLED_AS_WELL = FENCE_SIGNALLED + FOLLOWER;

export class Recorder implements Tracer {
  readonly log: EventLog;
  readonly names: Names = new Names();
  readonly clock: TraceClock;
  /** The type of the event before. */
  #previous = -1;
  /** Its seqno. */
  #seqno = 0;
  /** And its timeline's id. */
  #context = 0;
  /** The credits that the next job of a run would have in flight, and by how much each moves them. */
  #credits = 0;
  #step = 0;
  /** The label of the last job that was made. */
  #label: string | undefined;

  constructor(maxEvents: number, drop: DropPolicy, policy: ClockPolicy) {
    this.clock = new TraceClock(policy);
    this.log = new EventLog(this.clock.cell, maxEvents, drop, (oldestKept) => {
      this.names.forget(oldestKept);
    });
  }

  ringOpened(ring: Ring): void {
    this.#addOfRing(RING_OPENED, ring);
  }

  ringHalted(ring: Ring, guilty: Job | null): void {
    const place = this.#addOfRing(RING_HALTED, ring);
    if (place >= 0 && guilty !== null) this.#refer(place + 4, guilty);
  }

  ringResumed(ring: Ring): void {
    this.#addOfRing(RING_RESUMED, ring);
  }

  queueOpened(queue: JobQueue): void {
    this.#addOfQueue(QUEUE_OPENED, queue);
  }

  queueClosed(queue: JobQueue): void {
    this.#addOfQueue(QUEUE_CLOSED, queue);
  }

  fenceCreated(fence: Fence): void {
    this.clock.fresh(platformOf(fence));
    this.#add(FENCE_CREATED, fence);
  }

  fenceSignalled(fence: Fence): void {
    if (this.#previous === JOB_COMPLETED && this.#signalFollows(fence)) return;
    this.#readSignal(fence);
    const place = this.#add(FENCE_SIGNALLED, fence);
    if (place >= 0 && fence.error !== 0) this.#noteFailure(place, fence);
  }

  waitStarted(fence: Fence): void {
    this.clock.fresh(platformOf(fence));
    this.#add(WAIT_STARTED, fence);
  }

  waitEnded(fence: Fence, outcome: WaitOutcome): void {
    this.clock.shared(platformOf(fence));
    const place = this.#add(WAIT_ENDED, fence);
    if (place >= 0) this.log.cells[place + 4] = outcomes.indexOf(outcome);
  }

  // Just after its fence was made.
  promised(fence: Fence, reason: string): void {
    this.clock.same(platformOf(fence));
    const place = this.#add(PROMISED, fence);
    if (place >= 0) this.log.cells[place + 4] = this.log.text(reason);
  }

  jobMade(job: Job): void {
    this.#label = job._label;
    this.clock.fresh(platformOf(job));
    this.#addMake(JOB_MADE, job);
  }

  // The jobs of one submission are armed one after another; the first of them comes after the program's own code.
  jobArmed(job: Job): void {
    const among = this.#previous === JOB_ARMED || this.#previous === JOB_DEPENDENCY;
    const platform = platformOf(job);
    if (among) this.clock.same(platform);
    else this.clock.fresh(platform);
    if (this.#previous !== JOB_MADE || !this.#armFollows(job)) this.#addMake(JOB_ARMED, job);
  }

  jobDependency(job: Job, dependency: Fence): void {
    this.clock.same(platformOf(job));
    const place = this.#add(JOB_DEPENDENCY, job);
    if (place >= 0) this.#refer(place + 4, dependency);
  }

  jobPushed(job: Job): void {
    if (this.#previous === JOB_ARMED && this.#isLast(job) && this.log.follow()) this.#previous = JOB_PUSHED;
    else this.#addSame(JOB_PUSHED, job);
  }

  jobPublished(job: Job): void {
    if (this.#previous === JOB_PUSHED && this.#isLast(job) && this.log.follow()) this.#previous = JOB_PUBLISHED;
    else this.#addSame(JOB_PUBLISHED, job);
  }

  jobBlocked(job: Job, blocker: Fence | null): void {
    const platform = platformOf(job);
    if (this.#previous === JOB_PUBLISHED) this.clock.same(platform);
    else this.clock.shared(platform);
    const place = this.#add(JOB_BLOCKED, job);
    if (place >= 0 && blocker !== null) this.#refer(place + 4, blocker);
  }

  jobStarted(job: Job): void {
    this.clock.fresh(platformOf(job));
    const credits = job._queue?.creditsInFlight ?? 0;
    if (this.#previous !== JOB_STARTED || !this.#goesOn(job, credits))
      this.#addRun(JOB_STARTED, job, credits, job._cost);
  }

  // A driver that completes jobs inside `run` has just worked for one of them; one that is told later is told of many at once.
  jobCompleted(job: Job): void {
    const platform = platformOf(job);
    if (this.#previous === JOB_STARTED) this.clock.fresh(platform);
    else this.clock.shared(platform);
    const credits = job._queue?.creditsInFlight ?? 0;
    if (this.#previous === SIGNALLED_AS_WELL && job._error === 0 && this.#goesOn(job, credits)) {
      this.#previous = JOB_COMPLETED;
      return;
    }
    const place = this.#addRun(JOB_COMPLETED, job, credits, -job._cost);
    if (place >= 0 && job._error !== 0) this.log.cells[place + 5] = job._error;
  }

  // A timer's: nothing of this batch was told before.
  jobTimedOut(job: Job): void {
    this.clock.fresh(platformOf(job));
    this.#add(JOB_TIMED_OUT, job);
  }

  jobTakenBack(job: Job): void {
    this.clock.shared(platformOf(job));
    const place = this.#add(JOB_TAKEN_BACK, job);
    if (place >= 0) this.log.cells[place + 4] = job._queue?.creditsInFlight ?? 0;
  }

  jobCancelled(job: Job, reason: CancelReason): void {
    this.clock.shared(platformOf(job));
    const place = this.#add(JOB_CANCELLED, job);
    if (place < 0) return;
    const { log } = this;
    log.cells[place + 4] = reasons.indexOf(reason.kind);
    if (reason.kind === "dependency") this.#refer(place + 5, reason.fence);
    else log.cells[place + 5] = log.text(words(reason.cause));
  }

  jobReleased(job: Job): void {
    if (this.#previous === JOB_RELEASED && this.#releaseFollows(job)) return;
    const platform = platformOf(job);
    if (this.#previous === JOB_RELEASED) this.clock.same(platform);
    else this.clock.shared(platform);
    this.#add(JOB_RELEASED, job);
  }

  deviceSpan(span: DeviceSpan): void {
    const { ring, job, name, start, end } = span;
    this.clock.shared(ring.platform);
    const place = this.#add(DEVICE_SPAN, job);
    if (place < 0) return;
    const { log } = this;
    log.cells[place + 4] = start;
    log.cells[place + 5] = end;
    log.cells[place + 6] = log.text(name);
    log.cells[place + 7] = this.names.seeRing(ring, log.chunkNumber);
  }

  // Whether the event before is of that fence, too.
  #isLast(fence: Fence): boolean {
    return this.#seqno === fence._seqno && this.#isOf(fence);
  }

  // Whether the last record is of that fence's timeline.
  #isOf(fence: Fence): boolean {
    return this.#context === fence._timeline.id;
  }

  // Which job of its queue was made is not told, so any of the same label and cost will do. After a jobMade.
  #armFollows(job: Job): boolean {
    const { cells, last } = this.log;
    if (!this.#isOf(job) || cells[last + 4] !== job._cost || this.#label !== job._label) return false;
    if (!this.log.follow()) return false;
    cells[last + 3] = job._seqno;
    cells[last + 6] = this.clock.last;
    this.#seqno = job._seqno;
    this.#previous = JOB_ARMED;
    return true;
  }

  // After a jobCompleted.
  #signalFollows(fence: Fence): boolean {
    if (fence._error !== 0 || fence._timestamp! > this.clock.last || !this.#isLast(fence) || !this.log.follow())
      return false;
    this.#previous = SIGNALLED_AS_WELL;
    return true;
  }

  // After a jobReleased.
  #releaseFollows(job: Job): boolean {
    if (this.#seqno !== job._seqno - 1 || !this.#isOf(job) || !this.log.follow()) return false;
    this.#seqno = job._seqno;
    return true;
  }

  // A run of jobs of which each is the next of its queue, at one time, and moves the credits in flight by as much.
  #goesOn(job: Job, credits: number): boolean {
    const { cells, last } = this.log;
    if (this.#seqno !== job._seqno - 1 || !this.#isOf(job) || this.#credits !== credits) return false;
    if (cells[last + 1] !== this.clock.last || !this.log.follow()) return false;
    this.#credits = credits + this.#step;
    this.#seqno = job._seqno;
    return true;
  }

  #addRun(type: number, job: Job, credits: number, step: number): number {
    const place = this.#add(type, job);
    if (place < 0) return place;
    const { cells } = this.log;
    cells[place + 4] = credits;
    cells[place + 7] = step;
    this.#credits = credits + step;
    this.#step = step;
    return place;
  }

  #readSignal(fence: Fence): void {
    const platform = platformOf(fence);
    const time = fence.timestamp;
    if (time === undefined) this.clock.shared(platform);
    else this.clock.notBefore(time, platform);
  }

  #noteFailure(place: number, fence: Fence): void {
    const { log } = this;
    log.cells[place + 4] = fence.error;
    log.cells[place + 5] = log.text(words(fence._origin()._cause));
  }

  #addSame(type: number, job: Job): void {
    this.clock.same(platformOf(job));
    this.#add(type, job);
  }

  #add(type: number, fence: Fence): number {
    this.#previous = type;
    this.#seqno = fence._seqno;
    this.#context = fence._timeline.id;
    const place = this.log.add(type, this.#context, this.#seqno);
    if (place >= 0) this.names.seeFence(fence, this.log.chunkNumber);
    return place;
  }

  #addMake(type: number, job: Job): void {
    const place = this.#add(type, job);
    if (place < 0) return;
    this.log.cells[place + 4] = job._cost;
    this.log.cells[place + 5] = this.log.text(job._label);
  }

  #addOfRing(type: number, ring: Ring): number {
    this.#previous = type;
    this.clock.fresh(ring.platform);
    const place = this.log.add(type, 0, 0);
    if (place >= 0) this.log.cells[place + 2] = this.names.seeRing(ring, this.log.chunkNumber);
    return place;
  }

  #addOfQueue(type: number, queue: JobQueue): void {
    this.#previous = type;
    this.clock.fresh(queue.ring.platform);
    const place = this.log.add(type, queue._timeline.id, 0);
    if (place >= 0) this.names.seeQueue(queue, this.log.chunkNumber);
  }

  #refer(place: number, fence: Fence): void {
    this.log.cells[place] = fence._timeline.id;
    this.log.cells[place + 1] = fence._seqno;
    this.names.seeFence(fence, this.log.chunkNumber);
  }
}

function platformOf(fence: Fence): Platform {
  return fence._timeline.platform;
}

/** A cause in words, without making or keeping an object. */
function words(cause: unknown): string | undefined {
  if (cause instanceof Error) return cause.message;
  return typeof cause === "string" ? cause : undefined;
}
