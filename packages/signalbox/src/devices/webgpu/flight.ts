/**
 * A flight: one job while the GPU has it, and what must still settle before it is done.
 *
 * States: running (`open` > 0) -> settled (the job is complete, with the gravest fault that was reported, or none), or -> dropped
 * (its device was given up, and the job is none of its business any more).
 *
 * What settles, each once: the three error scopes around its `run`; the work that was on the GPU's queue when it returned;
 * each of its reads; the promise that `run` answered.
 *
 * Invariants:
 * - The job completes in the very call in which the last of them settles; a loss may have ended it before, and then that
 *   call changes nothing (the queue ignores a second completion).
 * - The device's own word goes before an exception: what a program throws is often only what followed.
 *
 * Made and fed by the lane and its helpers; nobody else sees it.
 */
import { errno } from "../../errors.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { Job } from "../../queue/job.ts";
import type { GpuJob } from "./gpu-job.ts";
import { WebGpuError, errnoOf } from "./webgpu-error.ts";
import type { ScopeFilter } from "./webgpu-error.ts";

/** From the least grave to the gravest: the others are often consequences of what comes later here. */
const gravity: readonly string[] = ["thrown", "validation", "internal", "out-of-memory"];

/** @internal */
export class Flight {
  readonly job: Job<unknown, GpuJob>;
  /** The job's queue, kept here: the job lets go of it when it is released, which a loss may bring about early. */
  readonly #queue: JobQueue<GpuJob>;
  /** The flights of its generation. */
  readonly #all: Set<Flight>;
  #dropped = false;
  #open = 0;
  #rank = -1;
  #error = 0;
  #cause: unknown = undefined;
  #result: unknown = undefined;

  constructor(job: Job<unknown, GpuJob>, all: Set<Flight>) {
    this.job = job;
    this.#queue = job.queue;
    this.#all = all;
    all.add(this);
  }

  /** One more thing to wait for. */
  await(): void {
    this.#open++;
  }

  /** One thing less; the last one completes the job. SIGNALLING: signals, and nothing in it can block. */
  settle(): void {
    this.#open--;
    if (this.#open > 0) return;
    this.#all.delete(this);
    if (!this.#dropped) this.#queue.complete(this.job, this.#error, this.#cause, this.#result);
  }

  /** The job is not completed by what settles from here on. */
  drop(): void {
    this.#dropped = true;
  }

  /** What an error scope caught: the device's own word. */
  deviceFailed(filter: ScopeFilter, error: GPUError): void {
    this.#fail(filter, errnoOf(filter), new WebGpuError(filter, error.message));
  }

  /** What `run` threw, or what its promise or a read was rejected with. */
  threw(error: unknown): void {
    this.#fail("thrown", errno.EIO, error);
  }

  /** What the promise resolved to. */
  resolved(result: unknown): void {
    this.#result = result;
  }

  // The first of the gravest is kept.
  #fail(kind: ScopeFilter | "thrown", error: number, cause: unknown): void {
    const rank = gravity.indexOf(kind);
    if (rank <= this.#rank) return;
    this.#rank = rank;
    this.#error = error;
    this.#cause = cause;
  }
}
