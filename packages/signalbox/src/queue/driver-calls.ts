/**
 * The calls of a driver's members that must not throw, and what happens when one does: its error goes to the agent
 * (throwLater), and the queue goes on (promise 1). `run` and `cancel` are not here: what they throw belongs to the job, unless
 * it comes too late for that.
 */
import type { Driver, JobSpec, TimeoutVerdict } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import type { Platform } from "../platform/platform.ts";
import { throwLater } from "../platform/throw-later.ts";
import type { Job } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

/** One driver's members, guarded; each as driver.ts says. */
export class DriverCalls<Spec extends JobSpec> {
  readonly #driver: Driver<Spec>;
  readonly #platform: Platform;

  constructor(driver: Driver<Spec>, platform: Platform) {
    this.#driver = driver;
    this.#platform = platform;
  }

  /** An error that nobody takes. */
  failed(error: unknown): void {
    throwLater(this.#platform, error);
  }

  /** A driver that throws, or doesn't say, has not said that the job may run. */
  mayRunAfter(job: Job<unknown, Spec>, failed: Fence): boolean {
    try {
      return this.#driver.dependencyFailed?.(job, failed) === "run";
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** A driver that throws has not said that the job may go on. */
  timedOut(job: Job<unknown, Spec>, limit: number): TimeoutVerdict {
    try {
      return this.#driver.timedOut?.(job, limit) ?? "reset";
    } catch (error) {
      this.failed(error);
      return "reset";
    }
  }

  hurry(job: Job<unknown, Spec>, time: number): void {
    try {
      this.#driver.setDeadline?.(job, time);
    } catch (error) {
      this.failed(error);
    }
  }

  release(job: Job<unknown, Spec>): void {
    if (this.#driver.release === undefined) return;
    try {
      this.#driver.release(job);
    } catch (error) {
      this.failed(error);
    }
  }

  releaseQueue(queue: JobQueue<Spec>): void {
    try {
      this.#driver.releaseQueue?.(queue);
    } catch (error) {
      this.failed(error);
    }
  }

  flush(): void {
    try {
      this.#driver.flush?.();
    } catch (error) {
      this.failed(error);
    }
  }
}
