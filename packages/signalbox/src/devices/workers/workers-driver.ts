/**
 * The workers' driver: what the core calls. It only puts what was started into a list; handing it to threads comes after
 * the section, in `flush`.
 */
import type { Driver, TimeoutVerdict } from "../../driver.ts";
import type { Job } from "../../queue/job.ts";
import type { TaskList } from "./task.ts";
import { Task } from "./task.ts";
import type { JobFunctions } from "./job-function.ts";
import { checkWorkerJob } from "./worker-job.ts";
import type { WorkerJob } from "./worker-job.ts";

/** What the drivers of one device share. */
export interface WorkersDriverOwner {
  readonly functions: JobFunctions;
  /** The next number in the order in which the device's jobs are started. */
  nextArrival(): number;
  /** Hands waiting tasks to threads. */
  feed(): void;
  /** Says what is to be done about a job that may take `limit` ms, and may have taken them. */
  timedOut(job: Job<unknown, WorkerJob>, limit: number): TimeoutVerdict;
}

/** The driver of one ring: of the pool's, or of a lane's. */
export class WorkersDriver implements Driver<WorkerJob> {
  readonly name = "workers";
  /** On the pool jobs run at once; on a lane too, `args` may ask for the result of a job before it. */
  readonly overlaps = true;
  readonly #owner: WorkersDriverOwner;
  readonly #list: TaskList;

  constructor(owner: WorkersDriverOwner, list: TaskList) {
    this.#owner = owner;
    this.#list = list;
  }

  check(spec: WorkerJob): void {
    checkWorkerJob(spec);
  }

  // SIGNALLING: appends to a list; nothing of the program's runs.
  run(job: Job<unknown, WorkerJob>): "pending" {
    this.#list.push(new Task(job, this.#owner.functions.of(job.spec), this.#owner.nextArrival()));
    return "pending";
  }

  // Nothing is kept of a job that was not run.
  cancel(): void {}

  flush(): void {
    this.#owner.feed();
  }

  timedOut(job: Job<unknown, WorkerJob>, limit: number): TimeoutVerdict {
    return this.#owner.timedOut(job, limit);
  }
}
