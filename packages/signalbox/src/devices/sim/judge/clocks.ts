/**
 * The clocks of running jobs: promise 9. A hung head is found within its timeout and 1 ms, however much is submitted behind it; and no
 * job is judged before its time.
 *
 * Own start (Q24): when it was run, or when the ring's job before it ended, whichever is later; or what its driver said.
 */
import type { TimeoutVerdict } from "../../../driver.ts";
import { isLater } from "../../../fence/order.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Ring } from "../../../queue/ring.ts";
import type { Notes } from "./verdict.ts";

/** In ms: what the core's timers may be late, and the ticks of as many steps as may come between. */
const LATE = 1 + 0.5;

/** Rounding, in ms. */
const EARLY = 0.0005;

interface Clock {
  readonly job: Job;
  readonly name: string;
  readonly timeout: number;
  readonly start: number;
  /** When it began anew, since its driver let it go on. */
  extended: number | undefined;
}

export class Clocks {
  readonly #notes: Notes;
  readonly #now: () => number;
  /** Of the queues that have timeouts, the jobs that run. */
  readonly #queues = new Map<JobQueue, { readonly timeout: number; readonly running: Clock[] }>();
  readonly #ends = new Map<Ring, number>();

  constructor(notes: Notes, now: () => number) {
    this.#notes = notes;
    this.#now = now;
  }

  /** A queue was opened with this timeout. */
  watch(queue: JobQueue, timeout: number): void {
    this.#queues.set(queue, { timeout, running: [] });
  }

  started(queue: JobQueue, job: Job, name: string): void {
    const timed = this.#queues.get(queue);
    const timeout = job.spec.timeout ?? timed?.timeout ?? Infinity;
    timed?.running.push({ job, name, timeout, start: this.#now(), extended: undefined });
  }

  ended(queue: JobQueue, job: Job): void {
    this.#ends.set(queue.ring, this.#now());
    const running = this.#queues.get(queue)?.running;
    const place = running?.findIndex((clock) => clock.job === job) ?? -1;
    if (place >= 0) running!.splice(place, 1);
  }

  /** The driver is about to be asked. */
  judged(queue: JobQueue, job: Job): void {
    const clock = this.#queues.get(queue)?.running.find((each) => each.job === job);
    if (clock !== undefined && this.#now() < this.#due(queue, clock) - EARLY)
      this.#notes.broken(9, `${clock.name} is judged at ${this.#now()} ms, before ${this.#due(queue, clock)} ms`);
  }

  /** The driver has answered. */
  answered(queue: JobQueue, job: Job, verdict: TimeoutVerdict): void {
    const clock = this.#queues.get(queue)?.running.find((each) => each.job === job);
    if (clock === undefined) return;
    if (verdict === "running") clock.extended = this.#now();
    else if (typeof verdict === "object") {
      const since = verdict.runningSince;
      const now = this.#now();
      clock.extended = since <= now && since + clock.timeout > now ? since : now;
    }
  }

  /** After each step. */
  check(): void {
    for (const [queue, { running }] of this.#queues) {
      if (running.length === 0) continue;
      const head = running.reduce((oldest, each) => (isLater(oldest.job, each.job) ? each : oldest));
      if (this.#now() > this.#due(queue, head) + LATE)
        this.#notes.broken(
          9,
          `${head.name} hangs, and is not found at ${this.#now()} ms: its time was over at ${this.#due(queue, head)} ms`,
        );
    }
  }

  #due(queue: JobQueue, { start, extended, timeout }: Clock): number {
    return (extended ?? Math.max(start, this.#ends.get(queue.ring) ?? 0)) + timeout;
  }
}
