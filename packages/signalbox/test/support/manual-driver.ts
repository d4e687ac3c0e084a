/**
 * A driver that writes down every call and completes jobs when the test says so. To the core it is a driver like any other.
 */
import type { CancelReason, Driver, JobSpec, RunOutcome, TimeoutVerdict } from "../../src/driver.ts";
import type { Fence } from "../../src/fence/fence.ts";
import type { Job } from "../../src/queue/job.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";

/** A job of the manual driver. */
export interface ManualJob extends JobSpec {
  /** What `run` answers, or does and answers; "pending" if left out. */
  readonly run?: RunOutcome | ((job: Job<unknown, ManualJob>) => RunOutcome);
}

export type AnyJob = Job<unknown, ManualJob>;

/** What a test wants done inside the driver's members, after the call was written down. */
export interface DriverHooks {
  readonly overlaps?: boolean;
  check?(spec: ManualJob): void;
  cancel?(job: AnyJob, reason: CancelReason): void;
  flush?(): void;
  release?(job: AnyJob): void;
  dependencyFailed?(job: AnyJob, fence: Fence): "run" | "cancel";
  setDeadline?(job: AnyJob, time: number): void;
  /** Without it the driver takes no timeouts. */
  timedOut?(job: AnyJob, limit: number): TimeoutVerdict;
  /** Without it queues are inactive as soon as nothing of them is left. */
  closeQueue?(queue: JobQueue<ManualJob>): void | Promise<void>;
  releaseQueue?(queue: JobQueue<ManualJob>): void;
}

export class ManualDriver implements Driver<ManualJob> {
  readonly name: string;
  readonly overlaps: boolean;
  /** Every call but `check`, in order: "run a", "cancel b killed", "flush", "release a", "ask a b:1", "deadline a 5". */
  readonly calls: string[] = [];
  /** What was run, answered "pending" and was not completed through this driver, oldest first. */
  readonly held: AnyJob[] = [];
  readonly timedOut?: (job: AnyJob, limit: number) => TimeoutVerdict;
  readonly closeQueue?: (queue: JobQueue<ManualJob>) => void | Promise<void>;
  readonly #hooks: DriverHooks;

  constructor(hooks: DriverHooks = {}, name = "manual") {
    this.name = name;
    this.overlaps = hooks.overlaps ?? false;
    this.#hooks = hooks;
    const { timedOut, closeQueue } = hooks;
    if (timedOut !== undefined) {
      this.timedOut = (job, limit) => {
        this.calls.push(`out of time ${job.label}`);
        return timedOut(job, limit);
      };
    }
    if (closeQueue !== undefined) {
      this.closeQueue = (queue) => {
        this.calls.push(`close ${queue.name}`);
        return closeQueue(queue);
      };
    }
  }

  check(spec: ManualJob): void {
    this.#hooks.check?.(spec);
  }

  run(job: AnyJob): RunOutcome {
    this.calls.push(`run ${job.label}`);
    const { run = "pending" } = job.spec;
    const outcome = typeof run === "function" ? run(job) : run;
    if (outcome === "pending" && job.stage === "running") this.held.push(job);
    return outcome;
  }

  cancel(job: AnyJob, reason: CancelReason): void {
    this.calls.push(`cancel ${job.label} ${reason.kind}`);
    this.#hooks.cancel?.(job, reason);
  }

  flush(): void {
    this.calls.push("flush");
    this.#hooks.flush?.();
  }

  release(job: AnyJob): void {
    this.calls.push(`release ${job.label}`);
    this.#hooks.release?.(job);
  }

  releaseQueue(queue: JobQueue<ManualJob>): void {
    this.calls.push(`release queue ${queue.name}`);
    this.#hooks.releaseQueue?.(queue);
  }

  dependencyFailed(job: AnyJob, fence: Fence): "run" | "cancel" {
    this.calls.push(`ask ${job.label} ${fence.timelineName}:${fence.seqno}`);
    return this.#hooks.dependencyFailed?.(job, fence) ?? "cancel";
  }

  setDeadline(job: AnyJob, time: number): void {
    this.calls.push(`deadline ${job.label} ${time}`);
    this.#hooks.setDeadline?.(job, time);
  }

  /** The calls whose first word is this, with what follows it. */
  called(word: string): string[] {
    return this.calls.filter((call) => call.split(" ")[0] === word).map((call) => call.slice(word.length + 1));
  }

  /** Says that the device is done with a job: the oldest that it holds if left out. */
  complete(job: AnyJob | undefined = this.held[0], error = 0, cause?: unknown, result?: unknown): boolean {
    if (job === undefined) throw new Error("The driver holds no job");
    const place = this.held.indexOf(job);
    if (place >= 0) this.held.splice(place, 1);
    return job.queue.complete(job, error, cause, result);
  }
}
