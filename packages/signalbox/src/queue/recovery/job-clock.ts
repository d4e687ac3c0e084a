/**
 * The clock of one queue: finds running jobs that are out of time, each by its own start (promise 9, Q24).
 *
 * The own start of a job is when the device begins it. Where a ring runs its jobs one after the other, that is when the job before it
 * on the ring ended, or when it was run, whichever is later: so what waits behind a slow job isn't late on its account, and what
 * is pushed behind a hung one doesn't postpone its end, as re-arming one timer at each start would (T1).
 *
 * States: idle (nothing runs) -> set (one timer, for the earliest time at which a job may be late) -> looking -> set or idle.
 *
 * Invariants:
 * - One timer a queue, set when a job starts and not touched when one ends: it looks at what runs when it fires, and is set
 *   again for the earliest of them. So a job costs one comparison here, and a reading of the clock that its delivery shares.
 * - Behind a job that runs no clock runs yet; but the timer is never set for later than one of them could be over.
 * - A job that is out of time is judged once for each time that its clock runs out.
 * - Nothing runs: nothing is set, and no process is kept from ending.
 */
import type { JobSpec } from "../../driver.ts";
import { strikes } from "../../faults.ts";
import { WheelTimer, sharedTimerWheel } from "../../work/timer-wheel.ts";
import { RUNNING } from "../job.ts";
import type { Job } from "../job.ts";
import type { JobQueue } from "../job-queue.ts";
import { judge } from "./judge.ts";

export class JobClock<Spec extends JobSpec> {
  readonly #queue: JobQueue<Spec>;
  readonly #timeout: number;
  readonly #timer: WheelTimer;
  /** When the timer fires. */
  #at = Infinity;
  /** When the clock of a job began anew, for those of which their driver said that they may go on. */
  #extended: Map<Job<unknown, Spec>, number> | null = null;

  /** `timeout` is for jobs that don't name one, in ms. */
  constructor(queue: JobQueue<Spec>, timeout: number) {
    this.#queue = queue;
    this.#timeout = timeout;
    this.#timer = new WheelTimer(sharedTimerWheel(queue.ring.platform), () => {
      this.#look();
    });
  }

  /** A job was started, and has its stamp. */
  started(job: Job<unknown, Spec>): void {
    this.#setFor(job._stamp! + this.timeoutOf(job));
  }

  /** Nothing runs any more. */
  rest(): void {
    if (this.#at === Infinity) return;
    this.#at = Infinity;
    this.#timer.stop();
    this.#extended = null;
  }

  /** How long a job may take from its own start, in ms. */
  timeoutOf(job: Job<unknown, Spec>): number {
    return job._spec?.timeout ?? this.#timeout;
  }

  /** Has a running job judged now, and lets it go on if its driver says so. `limit` is what it may take, `why` says what it did wrong. */
  judge(job: Job<unknown, Spec>, limit: number, why: string): void {
    const start = judge(this.#queue, job, limit, why);
    if (start === undefined || job._stage !== RUNNING) return;
    (this.#extended ??= new Map()).set(job, start);
    this.#setFor(this.#due(job));
  }

  #look(): void {
    this.#at = Infinity;
    this.#prune();
    const now = this.#queue.ring.platform.now();
    for (const job of this.#watched()) {
      if (job._stage !== RUNNING) continue; // What became of one before it has ended it, too.
      if (this.#due(job) <= now) this.#judgeLate(job);
      else this.#setFor(this.#due(job));
    }
    // Of a device that runs one after the other the first was judged, and perhaps ended: then the next one's clock runs.
    for (const job of this.#watched()) this.#setFor(this.#due(job));
    if (this.#queue.ring.driver.overlaps !== true) this.#setForThoseBehind(now);
  }

  #judgeLate(job: Job<unknown, Spec>): void {
    const limit = this.timeoutOf(job);
    this.judge(job, limit, `did not end within ${limit} ms`);
  }

  // Those whose clocks run now: all that run, or the first of them.
  #watched(): readonly Job<unknown, Spec>[] {
    const { _list: list, ring } = this.#queue;
    const jobs: Job<unknown, Spec>[] = [];
    for (let job = list.oldest; job !== null && job !== list.head; job = list.next(job)) {
      if (job._stage !== RUNNING) continue;
      jobs.push(job);
      if (ring.driver.overlaps !== true) break;
    }
    return jobs;
  }

  // The clocks of those behind the first don't run yet: none is late before its own time from now, which may be over before the first's.
  #setForThoseBehind(now: number): void {
    const { _list: list } = this.#queue;
    const [first] = this.#watched();
    for (let job = first ?? null; job !== null && job !== list.head; job = list.next(job)) {
      if (job !== first && job._stage === RUNNING) this.#setFor(now + this.timeoutOf(job));
    }
  }

  #due(job: Job<unknown, Spec>): number {
    const timeout = this.timeoutOf(job);
    // Without one it may have no stamp either: nobody looked at the clock when it was started.
    return timeout === Infinity ? Infinity : (this.#extended?.get(job) ?? this.#ownStart(job)) + timeout;
  }

  #ownStart(job: Job<unknown, Spec>): number {
    const { ring } = this.#queue;
    const stamp = job._stamp!;
    return ring.driver.overlaps === true ? stamp : Math.max(stamp, ring._lastEnd);
  }

  #setFor(at: number): void {
    if (at >= this.#at) return;
    this.#at = at;
    this.#timer.start(strikes("early look") ? 0 : at);
  }

  #prune(): void {
    if (this.#extended === null) return;
    for (const job of this.#extended.keys()) if (job._stage !== RUNNING) this.#extended.delete(job);
  }
}
