/**
 * How long single jobs took: notes of one round, and the percentiles that are kept of them.
 */
import { percentile } from "./statistics.ts";

/** The percentiles of one round, in ns. */
export interface LatencySummary {
  readonly p50: number;
  readonly p99: number;
}

/** A list of times that allocates nothing while it is filled. */
export class Latencies {
  readonly #times: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
  }

  /** Notes the time of one job, in ms. */
  note(ms: number): void {
    this.#times[this.#count++] = ms;
  }

  /** Undefined if nothing was noted. */
  summary(): LatencySummary | undefined {
    if (this.#count === 0) return undefined;
    const sorted = this.#times.subarray(0, this.#count).sort();
    return { p50: percentile(sorted, 0.5) * 1e6, p99: percentile(sorted, 0.99) * 1e6 };
  }
}
