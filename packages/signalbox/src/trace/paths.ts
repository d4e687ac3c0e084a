/**
 * Paths: the events of a trace put together again, one object for each job, fence and wait.
 *
 * What a trace holds may begin in the middle (it was started late, or dropped its oldest events) and end there too: any
 * step of a path may be missing. Whoever reads a path asks for each step.
 */
import type { WaitOutcome } from "../hooks.ts";
import type { FenceId, TracedReason, TracedRing, TracedTimeline, TraceEvent } from "./events.ts";
import type { Trace } from "./trace.ts";

/** A step: when it was, and its place in the order of all events, which tells apart what one clock reading can't. */
export interface Moment {
  readonly time: number;
  readonly order: number;
}

/** Which of two moments is the earlier one, as for sorting. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.time === b.time ? a.order - b.order : a.time - b.time;
}

/** A stretch that the device measured for a job. */
export interface Span extends Moment {
  readonly ring: TracedRing;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A time at the head of the queue when the job could not start: for this fence, or for credits (null). */
export interface Block extends Moment {
  readonly on: FenceId | null;
}

/** A run of a job that a reset took back: it ran again, or was ended before it could. */
export interface LostRun {
  readonly started: Moment | undefined;
  readonly takenBack: Moment;
}

/** A reset, as one ring saw it. */
export interface Halt {
  readonly halted: Moment;
  resumed?: Moment;
  readonly guilty: FenceId | null;
}

/** What became of one ring. */
export interface RingPaths {
  readonly halts: Halt[];
}

/** A job from its arming on. */
export interface JobPath {
  /** Tells the jobs of a trace apart; from 1. */
  readonly number: number;
  readonly queue: TracedTimeline;
  readonly seqno: number;
  label: string;
  cost: number | undefined;
  readonly dependencies: FenceId[];
  readonly blocks: Block[];
  readonly spans: Span[];
  /** Runs that came to nothing, before the one that the rest of this is about. */
  readonly lostRuns: LostRun[];
  /** When it was out of time, and its driver asked. */
  readonly timeouts: Moment[];
  pushed?: Moment;
  started?: Moment;
  completed?: Moment;
  cancelled?: Moment;
  signalled?: Moment;
  reason?: TracedReason;
  /** 0, or a negative errno. */
  error: number;
  /** What led to the error, in words. */
  cause: string;
}

/** A fence that is no job's. */
export interface FencePath {
  readonly timeline: TracedTimeline;
  readonly seqno: number;
  created?: Moment;
  /** Why it will be signalled, where that is somebody's word. */
  promise?: string;
  signalled?: Moment;
  error: number;
  cause: string;
}

/** Somebody's wait for a fence. */
export interface WaitPath {
  readonly fence: FenceId;
  readonly started: Moment;
  ended?: Moment;
  outcome?: WaitOutcome;
}

/** A queue's credits in flight from a moment on. */
export interface CreditsAt extends Moment {
  readonly credits: number;
}

/** What became of one timeline, a queue's or a program's own. */
export interface TimelinePaths {
  readonly timeline: TracedTimeline;
  /** In the order in which they were first seen. Empty if it is no queue's. */
  readonly jobs: JobPath[];
  /** In the order in which they were first seen. Empty if it is a queue's. */
  readonly fences: FencePath[];
  readonly waits: WaitPath[];
  readonly credits: CreditsAt[];
}

/** What a trace holds, put together. */
export class Paths {
  /** By the id of their timeline, in the order in which they were first seen. */
  readonly timelines: Map<number, TimelinePaths> = new Map<number, TimelinePaths>();
  /** By the id of the ring; those that were reset. */
  readonly rings: Map<number, RingPaths> = new Map<number, RingPaths>();
  /** The time of the first event; 0 if there is none. */
  start = 0;
  readonly #jobs = new Map<number, Map<number, JobPath>>();
  #jobCount = 0;
  readonly #fences = new Map<number, Map<number, FencePath>>();
  /** Waits that have not ended, by fence, oldest first. */
  readonly #waiting = new Map<string, WaitPath[]>();

  constructor(trace: Trace) {
    for (const timeline of trace.timelines) {
      this.timelines.set(timeline.context, { timeline, jobs: [], fences: [], waits: [], credits: [] });
      this.#jobs.set(timeline.context, new Map());
      this.#fences.set(timeline.context, new Map());
    }
    let order = 0;
    trace.forEach((event) => {
      if (order === 0) this.start = event.time;
      this.#take(event, { time: event.time, order: order++ });
    });
  }

  /** The path of that fence, a job's if it is a job's, if the trace holds anything of it. */
  at(fence: FenceId): JobPath | FencePath | undefined {
    return this.#jobs.get(fence.context)?.get(fence.seqno) ?? this.#fences.get(fence.context)?.get(fence.seqno);
  }

  #take(event: TraceEvent, at: Moment): void {
    switch (event.type) {
      case "ringOpened":
      case "queueOpened":
      case "queueClosed":
      case "jobMade":
      case "jobPublished":
      case "jobReleased":
        return;
      case "fenceCreated":
        this.#fenceOf(event.fence).created = at;
        return;
      case "promised":
        this.#fenceOf(event.fence).promise = event.reason;
        return;
      case "fenceSignalled": {
        const path = this.#of(event.fence).timeline.isQueue ? this.#jobOf(event.fence) : this.#fenceOf(event.fence);
        path.signalled = at;
        path.error = event.error;
        path.cause = event.cause;
        return;
      }
      case "waitStarted":
        this.#beginWait(event.fence, at);
        return;
      case "waitEnded":
        this.#endWait(event.fence, at, event.outcome);
        return;
      case "jobArmed": {
        const job = this.#jobOf(event.job);
        job.label = event.label ?? labelOf(event.job);
        job.cost = event.cost;
        return;
      }
      case "jobDependency":
        this.#jobOf(event.job).dependencies.push(event.dependency);
        return;
      case "jobPushed":
        this.#jobOf(event.job).pushed = at;
        return;
      case "jobBlocked":
        this.#jobOf(event.job).blocks.push({ ...at, on: event.blocker });
        return;
      case "jobStarted":
        this.#jobOf(event.job).started = at;
        this.#of(event.job).credits.push({ ...at, credits: event.credits });
        return;
      case "ringHalted":
        this.#haltsOf(event.ring).push({ halted: at, guilty: event.guilty });
        return;
      case "ringResumed": {
        const halt = this.#haltsOf(event.ring).at(-1);
        if (halt !== undefined) halt.resumed ??= at;
        return;
      }
      case "jobTimedOut":
        this.#jobOf(event.job).timeouts.push(at);
        return;
      case "jobTakenBack":
        this.#takeBack(this.#jobOf(event.job), at);
        this.#of(event.job).credits.push({ ...at, credits: event.credits });
        return;
      case "jobCompleted": {
        const job = this.#jobOf(event.job);
        job.completed = at;
        job.error = event.error;
        this.#of(event.job).credits.push({ ...at, credits: event.credits });
        return;
      }
      case "jobCancelled": {
        const job = this.#jobOf(event.job);
        job.cancelled = at;
        job.reason = event.reason;
        return;
      }
      case "deviceSpan": {
        const { ring, name, start, end } = event;
        this.#jobOf(event.job).spans.push({ ...at, ring, name, start, end });
        return;
      }
    }
  }

  #takeBack(job: JobPath, takenBack: Moment): void {
    job.lostRuns.push({ started: job.started, takenBack });
    delete job.started;
  }

  #haltsOf(ring: TracedRing): Halt[] {
    let paths = this.rings.get(ring.id);
    if (paths === undefined) this.rings.set(ring.id, (paths = { halts: [] }));
    return paths.halts;
  }

  #of(fence: FenceId): TimelinePaths {
    return this.timelines.get(fence.context)!;
  }

  #jobOf(id: FenceId): JobPath {
    const jobs = this.#jobs.get(id.context)!;
    let job = jobs.get(id.seqno);
    if (job === undefined) {
      const of = this.#of(id);
      job = {
        number: ++this.#jobCount,
        queue: of.timeline,
        seqno: id.seqno,
        label: labelOf(id),
        cost: undefined,
        dependencies: [],
        blocks: [],
        spans: [],
        lostRuns: [],
        timeouts: [],
        error: 0,
        cause: "",
      };
      jobs.set(id.seqno, job);
      of.jobs.push(job);
    }
    return job;
  }

  #fenceOf(id: FenceId): FencePath {
    const fences = this.#fences.get(id.context)!;
    let fence = fences.get(id.seqno);
    if (fence === undefined) {
      const of = this.#of(id);
      fence = { timeline: of.timeline, seqno: id.seqno, error: 0, cause: "" };
      fences.set(id.seqno, fence);
      of.fences.push(fence);
    }
    return fence;
  }

  #beginWait(fence: FenceId, started: Moment): void {
    const wait: WaitPath = { fence, started };
    this.#of(fence).waits.push(wait);
    const key = keyOf(fence);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [wait]);
    else waiting.push(wait);
  }

  // Waits have no names of their own. Of several for one fence the oldest counts as ended: their lengths are told right
  // when they end together, which they do when the fence signals.
  #endWait(fence: FenceId, ended: Moment, outcome: WaitOutcome): void {
    const key = keyOf(fence);
    const wait = this.#waiting.get(key)?.shift();
    if (this.#waiting.get(key)?.length === 0) this.#waiting.delete(key);
    if (wait === undefined) return;
    wait.ended = ended;
    wait.outcome = outcome;
  }
}

/** What a job is called that was given no label. */
function labelOf({ timeline, seqno }: FenceId): string {
  return `${timeline}:${seqno}`;
}

function keyOf(fence: FenceId): string {
  return `${fence.context}:${fence.seqno}`;
}
