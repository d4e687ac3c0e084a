/**
 * The recorder: what listens to the hooks while a trace runs, and takes its notes.
 *
 * Called inside sections, so it only reads and notes: a record of eight numbers (event-log.ts), the names once (names.ts), and
 * a clock reading where one is needed (clock.ts says where). The last four numbers of a record, by its type; a word is kept
 * as its number in the chunk, 0 for none:
 *
 * | type | numbers |
 * |---|---|
 * | fenceSignalled | error, word of its cause |
 * | waitEnded | number of the outcome |
 * | promised | word of the reason |
 * | jobMade, jobArmed | cost, word of the label |
 * | jobDependency | context and seqno of the dependency |
 * | jobBlocked | context and seqno of the blocker, 0 for credits |
 * | jobStarted | credits in flight |
 * | jobCompleted | credits in flight, error |
 * | jobTakenBack | credits in flight |
 * | ringHalted | context and seqno of the guilty job, 0 for none |
 * | jobCancelled | number of the reason; then context and seqno of the dependency that failed, or the word of the cause |
 * | deviceSpan | start, end, word of its name, id of its ring |
 */
import type { CancelReason } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import type { DeviceSpan, Tracer, WaitOutcome } from "../hooks.ts";
import type { Platform } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { Ring } from "../queue/ring.ts";
import { TraceClock } from "./clock.ts";
import { EventLog } from "./event-log.ts";
import type { DropPolicy } from "./event-log.ts";
import { eventTypes } from "./events.ts";
import type { TraceEventType } from "./events.ts";
import { Names } from "./names.ts";

/** How a wait ended, by the number that is stored. */
export const outcomes: readonly WaitOutcome[] = ["signalled", "failed", "timeout", "aborted"];

/** Why a job was cancelled, by the number that is stored. */
export const reasons: readonly CancelReason["kind"][] = ["dependency", "killed", "lost", "reset"];

const numberOf = (type: TraceEventType): number => eventTypes.indexOf(type);
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

export class Recorder implements Tracer {
  readonly log: EventLog;
  readonly names: Names = new Names();
  readonly clock: TraceClock = new TraceClock();
  /** The type of the event before. */
  #previous = -1;

  constructor(maxEvents: number, drop: DropPolicy) {
    this.log = new EventLog(maxEvents, drop, (oldestKept) => {
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
    this.#add(FENCE_CREATED, this.clock.fresh(platformOf(fence)), fence);
  }

  fenceSignalled(fence: Fence): void {
    const platform = platformOf(fence);
    const time = fence.timestamp;
    const place = this.#add(
      FENCE_SIGNALLED,
      time === undefined ? this.clock.shared(platform) : this.clock.notBefore(time, platform),
      fence,
    );
    if (place < 0 || fence.error === 0) return;
    const { log } = this;
    log.cells[place + 4] = fence.error;
    log.cells[place + 5] = log.text(words(fence._origin()._cause));
  }

  waitStarted(fence: Fence): void {
    this.#add(WAIT_STARTED, this.clock.fresh(platformOf(fence)), fence);
  }

  waitEnded(fence: Fence, outcome: WaitOutcome): void {
    const place = this.#add(WAIT_ENDED, this.clock.shared(platformOf(fence)), fence);
    if (place >= 0) this.log.cells[place + 4] = outcomes.indexOf(outcome);
  }

  // Just after its fence was made.
  promised(fence: Fence, reason: string): void {
    const place = this.#add(PROMISED, this.clock.same(platformOf(fence)), fence);
    if (place >= 0) this.log.cells[place + 4] = this.log.text(reason);
  }

  jobMade(job: Job): void {
    this.#addMake(JOB_MADE, this.clock.fresh(platformOf(job)), job);
  }

  // The jobs of one submission are armed one after another; the first of them comes after the program's own code.
  jobArmed(job: Job): void {
    const among = this.#previous === JOB_ARMED || this.#previous === JOB_DEPENDENCY;
    const platform = platformOf(job);
    this.#addMake(JOB_ARMED, among ? this.clock.same(platform) : this.clock.fresh(platform), job);
  }

  jobDependency(job: Job, dependency: Fence): void {
    const place = this.#add(JOB_DEPENDENCY, this.clock.same(platformOf(job)), job);
    if (place >= 0) this.#refer(place + 4, dependency);
  }

  jobPushed(job: Job): void {
    this.#add(JOB_PUSHED, this.clock.same(platformOf(job)), job);
  }

  jobPublished(job: Job): void {
    this.#add(JOB_PUBLISHED, this.clock.same(platformOf(job)), job);
  }

  jobBlocked(job: Job, blocker: Fence | null): void {
    const submitted = this.#previous === JOB_PUBLISHED;
    const platform = platformOf(job);
    const place = this.#add(JOB_BLOCKED, submitted ? this.clock.same(platform) : this.clock.shared(platform), job);
    if (place >= 0 && blocker !== null) this.#refer(place + 4, blocker);
  }

  jobStarted(job: Job): void {
    const place = this.#add(JOB_STARTED, this.clock.fresh(platformOf(job)), job);
    if (place >= 0) this.log.cells[place + 4] = job._queue?.creditsInFlight ?? 0;
  }

  // A driver that completes jobs inside `run` has just worked for one of them; one that is told later is told of many at once.
  jobCompleted(job: Job): void {
    const platform = platformOf(job);
    const inRun = this.#previous === JOB_STARTED;
    const place = this.#add(JOB_COMPLETED, inRun ? this.clock.fresh(platform) : this.clock.shared(platform), job);
    if (place < 0) return;
    this.log.cells[place + 4] = job._queue?.creditsInFlight ?? 0;
    this.log.cells[place + 5] = job._error;
  }

  // A timer's: nothing of this batch was told before.
  jobTimedOut(job: Job): void {
    this.#add(JOB_TIMED_OUT, this.clock.fresh(platformOf(job)), job);
  }

  jobTakenBack(job: Job): void {
    const place = this.#add(JOB_TAKEN_BACK, this.clock.shared(platformOf(job)), job);
    if (place >= 0) this.log.cells[place + 4] = job._queue?.creditsInFlight ?? 0;
  }

  jobCancelled(job: Job, reason: CancelReason): void {
    const place = this.#add(JOB_CANCELLED, this.clock.shared(platformOf(job)), job);
    if (place < 0) return;
    const { log } = this;
    log.cells[place + 4] = reasons.indexOf(reason.kind);
    if (reason.kind === "dependency") this.#refer(place + 5, reason.fence);
    else log.cells[place + 5] = log.text(words(reason.cause));
  }

  jobReleased(job: Job): void {
    const platform = platformOf(job);
    this.#add(
      JOB_RELEASED,
      this.#previous === JOB_RELEASED ? this.clock.same(platform) : this.clock.shared(platform),
      job,
    );
  }

  deviceSpan(span: DeviceSpan): void {
    const { ring, job, name, start, end } = span;
    const place = this.#add(DEVICE_SPAN, this.clock.shared(ring.platform), job);
    if (place < 0) return;
    const { log } = this;
    log.cells[place + 4] = start;
    log.cells[place + 5] = end;
    log.cells[place + 6] = log.text(name);
    log.cells[place + 7] = this.names.seeRing(ring, log.chunkNumber);
  }

  #add(type: number, time: number, fence: Fence): number {
    this.#previous = type;
    const place = this.log.add(type, time, fence.context, fence._seqno);
    if (place >= 0) this.names.seeFence(fence, this.log.chunkNumber);
    return place;
  }

  #addMake(type: number, time: number, job: Job): void {
    const place = this.#add(type, time, job);
    if (place < 0) return;
    this.log.cells[place + 4] = job._cost;
    this.log.cells[place + 5] = this.log.text(job._label);
  }

  #addOfRing(type: number, ring: Ring): number {
    this.#previous = type;
    const place = this.log.add(type, this.clock.fresh(ring.platform), 0, 0);
    if (place >= 0) this.log.cells[place + 2] = this.names.seeRing(ring, this.log.chunkNumber);
    return place;
  }

  #addOfQueue(type: number, queue: JobQueue): void {
    this.#previous = type;
    const place = this.log.add(type, this.clock.fresh(queue.ring.platform), queue._timeline.id, 0);
    if (place >= 0) this.names.seeQueue(queue, this.log.chunkNumber);
  }

  #refer(place: number, fence: Fence): void {
    this.log.cells[place] = fence.context;
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
