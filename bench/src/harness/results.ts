/**
 * What a case comes to: plain data, as it goes from the process of the case to the one that prints, and into the JSON file.
 */
import type { Role } from "./contest.ts";
import { median, ratio, spread } from "./statistics.ts";
import type { LatencySummary } from "./latencies.ts";

/** What one contestant did, round by round. */
export interface Measured {
  readonly name: string;
  readonly role: Role;
  /** Jobs in each of its rounds: fewer for the slow. */
  readonly jobs: number;
  /** ns per job, one figure for each round: all of it over the jobs, or the median job where single jobs are noted. */
  readonly rounds: readonly number[];
  readonly bytesPerJob: number;
  readonly gcShare: number;
  /** Rounds that were repeated because another process took the core. */
  readonly repeated: number;
  /** Rounds that were disturbed each time and kept all the same. */
  readonly disturbed: number;
  /** Of all jobs, the share that started out of order, where that is not promised. */
  readonly reordered: number;
  readonly latency?: LatencySummary;
}

/** A contestant's line in the table. */
export interface Standing extends Measured {
  /** The median, in ns per job. */
  readonly ns: number;
  readonly spread: number;
  /** How many times as fast as the best rival: above 1 is faster. The median of the rounds' ratios. Absent without a rival. */
  readonly speedToRival?: number;
  /** How many times the time of the floor: 1 is the floor. The median of the rounds' ratios. Absent without a floor. */
  readonly timeToFloor?: number;
}

interface Common {
  readonly name: string;
  readonly title: string;
  /** What went wrong; empty if nothing did. */
  readonly wrong: readonly string[];
}

export interface ContestResult extends Common {
  readonly kind: "contest";
  readonly note?: string;
  readonly standings: readonly Standing[];
  readonly bestRival?: string;
}

export interface ProofResult extends Common {
  readonly kind: "proof";
  readonly lines: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
  readonly summary: string;
}

export interface SkippedResult extends Common {
  readonly kind: "skipped";
  readonly why: string;
}

export interface FailedResult extends Common {
  readonly kind: "failed";
}

export type CaseResult = ContestResult | ProofResult | SkippedResult | FailedResult;

/** Puts the contestants beside one another. */
export function standingsOf(all: readonly Measured[]): Pick<ContestResult, "standings" | "bestRival"> {
  const best = fastest(all.filter(({ role }) => role === "rival"));
  const floor = fastest(all.filter(({ role }) => role === "floor"));
  const standings = all.map((one) => ({
    ...one,
    ns: median(one.rounds),
    spread: spread(one.rounds),
    ...(best === undefined ? {} : { speedToRival: ratio(best.rounds, one.rounds) }),
    ...(floor === undefined ? {} : { timeToFloor: ratio(one.rounds, floor.rounds) }),
  }));
  return best === undefined ? { standings } : { standings, bestRival: best.name };
}

function fastest(some: readonly Measured[]): Measured | undefined {
  return [...some].sort((a, b) => median(a.rounds) - median(b.rounds))[0];
}
