/** What a judge keeps of each job and each queue. */
import type { Fence } from "../../../fence/fence.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";

/** What is known of one job. */
export class Path {
  readonly job: Job;
  // The job forgets its queue when it is released.
  readonly queue: JobQueue;
  readonly name: string;
  readonly idempotent: boolean;
  readonly dependencies: Fence[];
  /** Its place among all that were armed; 0 before. */
  rank = 0;
  pushed = false;
  published = false;
  runs = 0;
  cancels = 0;
  /** How often a reset has put it back. */
  takenBack = 0;
  /** On the ring, as the core has it: from `run` to its completion, or until it is put back. */
  running = false;
  /** Pushed, and neither running nor over: at first, and when it was put back. */
  waiting = true;
  completions = 0;
  signals = 0;
  releases = 0;
  /** How many rings of the device have it. */
  held = 0;
  /** Its driver said that it failed while the device has it: what becomes of that is the driver's fault. */
  orphaned = false;

  constructor(job: Job, dependencies: readonly Fence[]) {
    this.job = job;
    this.queue = job.queue;
    this.name = job.spec.label ?? `a job of ${job.queueName}`;
    this.idempotent = job.spec.idempotent === true;
    this.dependencies = [...dependencies];
  }
}

/** What is known of one queue. */
export class Ledger {
  readonly queue: JobQueue;
  /** What was pushed, in that order. */
  readonly jobs: Path[] = [];
  credits = 0;
  closed = false;
  /** How often its device was asked to let go of it, and its driver to release it. */
  closings = 0;
  releases = 0;
  /** None of the jobs before this one waits. */
  #first = 0;

  constructor(queue: JobQueue) {
    this.queue = queue;
  }

  /** The oldest that waits: it alone may go on. */
  get next(): Path | undefined {
    while (this.jobs[this.#first]?.waiting === false) this.#first++;
    return this.jobs[this.#first];
  }

  /** One of them waits again. */
  rewind(): void {
    this.#first = 0;
  }
}
