/**
 * The driver of an isolated device: hands jobs to the present process, one message for each flush, and takes in what became of them.
 *
 * A job: waiting (it was run by the core, and goes with the next flush) -> held (by the process) -> done; or forgotten (its process
 * was killed: the core ends it or runs it again).
 *
 * Invariants:
 * - Held jobs are kept in the order in which they were handed over, which is the order in which the GPU takes them: the first of
 *   them is what it is at.
 * - Nothing of the program's runs in a section: `args` is asked in `flush`.
 * - Who calls: the core, and the device, which says which process is the present one.
 */
import { cloneError } from "../../../calls/error-record.ts";
import { errno } from "../../../errors.ts";
import type { Driver, TimeoutVerdict } from "../../../driver.ts";
import { deliver } from "../../../fence/delivery.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Job } from "../../../queue/job.ts";
import type { GpuProcess } from "./gpu-process.ts";
import { causeOf } from "./isolated-error.ts";
import { checkCall, recordOf } from "./isolated-job.ts";
import type { IsolatedGpuJob } from "./isolated-job.ts";
import type { IsolatedRestorableOwner } from "./isolated-restorable.ts";
import type { CallRecord, Outcome } from "./protocol.ts";

const WHAT = "An isolated job's";

/** A job that the process has, or that it is to have. */
interface Held {
  readonly job: Job<unknown, IsolatedGpuJob>;
  /** The job's queue, which the job forgets when it is released. */
  readonly queue: JobQueue<IsolatedGpuJob>;
}

export class IsolatedDriver implements Driver<IsolatedGpuJob> {
  readonly name: string;
  readonly #restorables: IsolatedRestorableOwner;
  #process: GpuProcess | undefined;
  #waiting: Held[] = [];
  /** By the numbers that the process knows them by; oldest first. */
  readonly #held = new Map<number, Held>();
  #ids = 0;

  constructor(name: string, restorables: IsolatedRestorableOwner) {
    this.name = name;
    this.#restorables = restorables;
  }

  /** Where jobs go from now on; undefined for nowhere. What another one held is forgotten. */
  set process(process: GpuProcess | undefined) {
    this.#process = process;
    this.#waiting = [];
    this.#held.clear();
  }

  get process(): GpuProcess | undefined {
    return this.#process;
  }

  check(spec: IsolatedGpuJob): void {
    checkCall(WHAT, spec, this.#restorables);
  }

  // SIGNALLING: appends to a list; nothing of the program's runs.
  run(job: Job<unknown, IsolatedGpuJob>): "pending" {
    this.#waiting.push({ job, queue: job.queue });
    return "pending";
  }

  cancel(): void {
    // The process has nothing of a job that never ran.
  }

  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const records: CallRecord[] = [];
    for (const held of waiting) {
      const id = ++this.#ids;
      const record = this.#record(id, held);
      if (record === undefined) continue;
      this.#held.set(id, held);
      records.push(record);
    }
    if (records.length > 0) this.#post(records);
    this.#process?.busy(this.#held.size > 0);
  }

  // The GPU runs in order: what hasn't begun isn't late. But what seems to be before it may be done, and the process blocked by it.
  timedOut(job: Job<unknown, IsolatedGpuJob>): TimeoutVerdict {
    const [first] = this.#held.values();
    if (first?.job === job) return "reset";
    return this.#process === undefined || this.#process.turns() ? "running" : "reset";
  }

  /** The present process has done jobs. */
  done(outcomes: readonly Outcome[]): void {
    deliver(() => {
      for (const [id, result, failure] of outcomes) {
        const held = this.#held.get(id);
        if (held === undefined) continue;
        this.#held.delete(id);
        const cause = failure === undefined ? undefined : causeOf(failure, this.name);
        held.queue.complete(held.job, failure?.[0] ?? 0, cause, result);
      }
    });
    this.#process?.busy(this.#held.size > 0);
  }

  // Undefined if the program didn't say what to call: then the job is complete.
  #record(id: number, { job, queue }: Held): CallRecord | undefined {
    try {
      return recordOf(WHAT, id, job.label, job.spec);
    } catch (error) {
      queue.complete(job, errno.EIO, error);
      return undefined;
    }
  }

  #post(records: readonly CallRecord[]): void {
    try {
      this.#process?.run(records);
    } catch (error) {
      if (records.length > 1) for (const record of records) this.#post([record]);
      else this.#refuse(records[0]![0], error);
    }
  }

  #refuse(id: number, error: unknown): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    held?.queue.complete(held.job, errno.EINVAL, cloneError("The job's arguments can't be cloned", error));
  }
}
