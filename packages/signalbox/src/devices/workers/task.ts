/**
 * Tasks: jobs that the core has started, on their way to and through a thread.
 *
 * States: waiting (in the list of a lane or of the pool) -> held (by a thread) -> finished; held -> waiting again, if its
 * thread ended before it had started the job. A held task is late from when its thread is being ended on its account.
 */
import { SignalboxError, errno } from "../../errors.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { Job } from "../../queue/job.ts";
import type { WorkerError } from "./worker-error.ts";
import type { JobFunction } from "./job-function.ts";
import type { WorkerJob } from "./worker-job.ts";

/** A job that was started, and what its thread has to know of it. */
export class Task {
  readonly job: Job<unknown, WorkerJob>;
  /** The job's queue, which the job forgets when it is released. */
  readonly queue: JobQueue<WorkerJob>;
  readonly function: JobFunction;
  /** Its place in the order in which the device's jobs were started. */
  readonly arrival: number;
  /** What its spec answered when it was first handed to a thread. */
  args: readonly unknown[] | undefined;
  /** Whether its arguments were transferred, so that they can't be posted again. */
  transferred = false;
  /** What it was thought to take when it was handed to a thread, in ms. */
  expected = 0;
  /** How long it had run, and how long it might, in ms, when it was decided to end its thread; null unless that was on its account. */
  late: { readonly ran: number; readonly limit: number } | null = null;
  /** The next in its list. */
  next: Task | null = null;

  constructor(job: Job<unknown, WorkerJob>, called: JobFunction, arrival: number) {
    this.job = job;
    this.queue = job.queue;
    this.function = called;
    this.arrival = arrival;
  }

  /** Tells the core that the job is done. SIGNALLING: ends in the core, which signals in order. */
  complete(error: number, cause: unknown, result: unknown): void {
    this.queue.complete(this.job, error, cause, result);
  }

  /**
   * Tells the core that the job's thread is gone, and its outcome with it. SIGNALLING, as `complete`. Promise 8: whoever is told
   * that the job was out of time can rely on it that nobody is at it any more.
   */
  lost(cause: WorkerError): void {
    if (this.late === null) this.complete(errno.EIO, cause, undefined);
    else this.queue.recovered(this.job, this.#lateError(cause, this.late));
  }

  #lateError(cause: WorkerError, { ran, limit }: { readonly ran: number; readonly limit: number }): SignalboxError {
    const why = limit === 0 ? "was ended before its time" : `did not end within ${limit} ms`;
    return new SignalboxError(
      "ETIME",
      `[Job "${this.job.label}"] ${why}: it had run for ${ran.toFixed(0)} ms on lane "${cause.lane}"`,
      { cause },
    );
  }
}

/** Tasks in the order of their arrival. */
export class TaskList {
  #first: Task | null = null;
  #last: Task | null = null;

  get first(): Task | null {
    return this.#first;
  }

  /** Puts in a task that arrived after all that are in. */
  push(task: Task): void {
    task.next = null;
    if (this.#last === null) this.#first = task;
    else this.#last.next = task;
    this.#last = task;
  }

  /** Takes out the first; null if there is none. */
  shift(): Task | null {
    const task = this.#first;
    if (task === null) return null;
    this.#first = task.next;
    if (task.next === null) this.#last = null;
    task.next = null;
    return task;
  }

  /** Puts a task back to its place in the order of arrival. */
  putBack(task: Task): void {
    let before: Task | null = null;
    let after = this.#first;
    while (after !== null && after.arrival < task.arrival) {
      before = after;
      after = after.next;
    }
    task.next = after;
    if (before === null) this.#first = task;
    else before.next = task;
    if (after === null) this.#last = task;
  }

  /** Takes out all. */
  takeAll(): Task[] {
    const all: Task[] = [];
    for (let task = this.shift(); task !== null; task = this.shift()) all.push(task);
    return all;
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
  }
}
