/**
 * A driver between the core and another driver: tells the judge of each call, and is where the faults of drivers are.
 */
import type { CancelReason, Driver, JobSpec, RunOutcome, TimeoutVerdict } from "../../../driver.ts";
import { insideDelivery } from "../../../fence/delivery.ts";
import type { Fence } from "../../../fence/fence.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import { InjectedFault } from "../explore/scenario.ts";
import type { FaultSite } from "../explore/scenario.ts";
import type { Paths } from "./paths.ts";
import type { Notes } from "./verdict.ts";

/** What a watched driver needs of the run. */
export interface Watcher {
  /** @internal */ readonly _paths: Paths;
  /** @internal */ readonly _notes: Notes;
  fault(site: FaultSite): boolean;
}

export class WatchedDriver<Spec extends JobSpec> implements Driver<Spec> {
  readonly name: string;
  readonly overlaps: boolean;
  // The core asks whether a driver has these.
  readonly timedOut?: (job: Job<unknown, Spec>, limit: number) => TimeoutVerdict;
  readonly closeQueue?: (queue: JobQueue<Spec>) => void | Promise<void>;
  readonly #watcher: Watcher;
  readonly #driver: Driver<Spec>;

  constructor(watcher: Watcher, driver: Driver<Spec>) {
    this.name = driver.name;
    this.overlaps = driver.overlaps ?? false;
    this.#watcher = watcher;
    this.#driver = driver;
    if (driver.timedOut !== undefined) this.timedOut = (job, limit) => this.#judge(job, limit);
    if (driver.closeQueue !== undefined) this.closeQueue = (queue) => this.#close(queue);
  }

  check(spec: Spec): void {
    this.#driver.check?.(spec);
  }

  run(job: Job<unknown, Spec>): RunOutcome {
    return this.#called(() => {
      this.#watcher._paths.calls.ran(job, this.overlaps);
      if (this.#watcher.fault("run throws")) throw new InjectedFault("run throws");
      if (this.#watcher.fault("run answers done")) return "done";
      const outcome = this.#driver.run(job);
      if (this.#watcher.fault("run throws late")) {
        this.#watcher._paths.calls.orphaned(job);
        throw new InjectedFault("run throws, and the device has the job");
      }
      return outcome;
    });
  }

  cancel(job: Job<unknown, Spec>, reason: CancelReason): void {
    this.#called(() => {
      this.#watcher._paths.calls.cancelled(job, reason, this.overlaps);
      this.#driver.cancel(job, reason);
      if (this.#watcher.fault("cancel throws")) throw new InjectedFault("cancel throws");
    });
  }

  flush(): void {
    this.#called(() => {
      if (insideDelivery()) this.#watcher._notes.broken(8, `the driver of ${this.name} is flushed inside a section`);
      this.#driver.flush?.();
      if (this.#watcher.fault("flush throws")) throw new InjectedFault("flush throws");
    });
  }

  release(job: Job<unknown, Spec>): void {
    this.#called(() => {
      this.#watcher._paths.calls.released(job);
      this.#driver.release?.(job);
      if (this.#watcher.fault("release throws")) throw new InjectedFault("release throws");
    });
  }

  releaseQueue(queue: JobQueue<Spec>): void {
    this.#called(() => {
      this.#watcher._paths.calls.queueReleased(queue);
      this.#driver.releaseQueue?.(queue);
    });
  }

  dependencyFailed(job: Job<unknown, Spec>, fence: Fence): "run" | "cancel" {
    return this.#driver.dependencyFailed?.(job, fence) ?? "cancel";
  }

  setDeadline(job: Job<unknown, Spec>, time: number): void {
    this.#driver.setDeadline?.(job, time);
  }

  #close(queue: JobQueue<Spec>): void | Promise<void> {
    return this.#called(() => {
      this.#watcher._paths.calls.closing(queue);
      return this.#driver.closeQueue?.(queue);
    });
  }

  #judge(job: Job<unknown, Spec>, limit: number): TimeoutVerdict {
    if (insideDelivery()) this.#watcher._notes.broken(9, `${job.label} is judged inside a section`);
    const { queue } = job;
    const verdict = this.#driver.timedOut!(job, limit);
    this.#watcher._paths.clocks.answered(queue, job, verdict);
    return verdict;
  }

  #called<T>(body: () => T): T {
    this.#watcher._paths.calls.driverCalled(true);
    try {
      return body();
    } finally {
      this.#watcher._paths.calls.driverCalled(false);
    }
  }
}
