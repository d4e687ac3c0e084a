/** Figures of each queue, computed from a trace: how many jobs, how they ended, how long they waited and ran. */
import type { TracedTimeline } from "./events.ts";
import { Paths } from "./paths.ts";
import type { JobPath, TimelinePaths } from "./paths.ts";
import type { Trace } from "./trace.ts";

/** How a time is spread over the jobs that have one, in ms; all 0 if there are none. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly total: number;
}

/** What a trace tells of one queue. */
export interface QueueFigures {
  readonly queue: string;
  /** The id of its timeline, which tells queues of one name apart. */
  readonly context: number;
  /** The name of its ring, if it is known. */
  readonly ring: string | undefined;
  /** Jobs that were submitted, as far as anything of them is held. */
  readonly jobs: number;
  readonly done: number;
  /** Ran, and ended with an error. */
  readonly failed: number;
  readonly cancelled: number;
  /** Neither of these yet, when the trace ended. */
  readonly unfinished: number;
  /** From the push to the start. */
  readonly wait: Spread;
  /** From the start to the completion. */
  readonly run: Spread;
  /** What its jobs may cost in flight; Infinity if nothing bounds it. */
  readonly credits: number;
  /** The most that was in flight at once. */
  readonly peakCredits: number;
}

/**
 * Figures of each queue that a trace has seen, in the order in which it saw them.
 *
 * If `trace.dropped` is not 0 they are of what was kept, and say less than the truth.
 *
 * @example `console.table(summarize(trace).map(({ queue, jobs, run }) => ({ queue, jobs, p50: run.p50, p99: run.p99 })));`
 */
export function summarize(trace: Trace): QueueFigures[] {
  const queues = [...new Paths(trace).timelines.values()].filter(({ timeline }) => timeline.isQueue);
  return queues.map((paths) => figuresOf(paths.timeline, paths));
}

function figuresOf(queue: TracedTimeline, { jobs, credits }: TimelinePaths): QueueFigures {
  const ends = { done: 0, failed: 0, cancelled: 0, unfinished: 0 };
  for (const job of jobs) ends[endOf(job)]++;
  return {
    queue: queue.name,
    context: queue.context,
    ring: queue.ring?.name,
    jobs: jobs.length,
    ...ends,
    wait: spread(jobs.map(waitOf)),
    run: spread(
      jobs.map(({ started, completed }) => (started && completed ? completed.time - started.time : undefined)),
    ),
    credits: queue.credits,
    peakCredits: credits.reduce((peak, at) => Math.max(peak, at.credits), 0),
  };
}

// To the first start: what a reset costs is no wait for a turn.
function waitOf({ pushed, started, lostRuns }: JobPath): number | undefined {
  const first = lostRuns[0]?.started ?? started;
  return pushed && first ? first.time - pushed.time : undefined;
}

function endOf(job: JobPath): "done" | "failed" | "cancelled" | "unfinished" {
  if (job.cancelled !== undefined) return "cancelled";
  if (job.completed === undefined && job.signalled === undefined) return "unfinished";
  return job.error === 0 ? "done" : "failed";
}

/** The spread of those times that are known. Percentiles are of nearest rank. */
export function spread(times: readonly (number | undefined)[]): Spread {
  const sorted = Float64Array.from(times.filter((time) => time !== undefined)).sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    count: sorted.length,
    p50: rank(0.5),
    p99: rank(0.99),
    max: rank(1),
    total: sorted.reduce((sum, time) => sum + time, 0),
  };
}
