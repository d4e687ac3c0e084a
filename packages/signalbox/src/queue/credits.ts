/**
 * Credits: what the jobs of one queue may have in flight.
 *
 * Two limits, both optional: the sum of the jobs' costs (in the queue's own unit: bytes, slots) and their number.
 *
 * Invariant (promise 5): 0 <= inFlight <= limit, exact at any time, and each job's cost comes back once: `take` at its start,
 * `give` when its stage leaves running, which happens once.
 */

export class Credits {
  readonly limit: number;
  readonly jobsLimit: number;
  /** Beyond this a sum of costs is not exact any more, so what would exceed it waits, whatever the limit. */
  readonly #most: number;
  inFlight = 0;
  jobs = 0;
  /** The most that was in flight at once. */
  peak = 0;

  constructor(limit: number, jobsLimit: number) {
    this.limit = limit;
    this.jobsLimit = jobsLimit;
    this.#most = Math.min(limit, Number.MAX_SAFE_INTEGER);
  }

  /** Q20: a cost of 0 fits always, as far as the sum goes: it waits for its turn only, and for the number of jobs. */
  fits(cost: number): boolean {
    return this.inFlight + cost <= this.#most && this.jobs < this.jobsLimit;
  }

  take(cost: number): void {
    this.inFlight += cost;
    this.jobs++;
    if (this.inFlight > this.peak) this.peak = this.inFlight;
  }

  give(cost: number): void {
    this.inFlight -= cost;
    this.jobs--;
  }
}
