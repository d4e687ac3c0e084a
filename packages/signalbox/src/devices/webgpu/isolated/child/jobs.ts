/**
 * The jobs of a process: each becomes a job of its GPU, and those that are done go back to the parent, in one message at a time.
 *
 * A job: arrived -> (its module is loaded, and what arrived after it waits) -> given to the GPU -> done, and told.
 *
 * Invariants:
 * - They are given to the GPU in the order in which they arrived, so that the parent knows which one it is at.
 * - A job has a queue of the GPU for itself while it runs: what holds back what in which order is for the parent's queues to say.
 * - Of a GPU that was lost nothing is said to be done, or to have failed: the parent hears of the loss.
 */
import { cloneError, describeError } from "../../../../calls/error-record.ts";
import { errno } from "../../../../errors.ts";
import { Registration } from "../../../../fence/registration.ts";
import type { Platform } from "../../../../platform/platform.ts";
import type { ParentProcess } from "../../../../platform/processes.ts";
import type { JobQueue } from "../../../../queue/job-queue.ts";
import type { Job } from "../../../../queue/job.ts";
import { submit } from "../../../../queue/submission.ts";
import { WorkItem, sharedWorkQueue } from "../../../../work/work-queue.ts";
import type { GpuJob } from "../../gpu-job.ts";
import type { WebGpuDevice } from "../../webgpu-device.ts";
import * as protocol from "../protocol.ts";
import type { CallRecord, FailureRecord, FromChild, Outcome } from "../protocol.ts";
import { failureRecord } from "./failure.ts";
import { contextOf } from "./functions.ts";
import type { ChildFunctions } from "./functions.ts";
import type { ChildThings } from "./things.ts";

interface Running {
  readonly id: number;
  readonly job: Job<unknown, GpuJob>;
  readonly queue: JobQueue<GpuJob>;
}

export class ChildJobs {
  readonly #parent: ParentProcess;
  readonly #gpu: WebGpuDevice;
  readonly #functions: ChildFunctions;
  readonly #things: ChildThings;
  /** What arrived and was not given to the GPU: jobs, and numbers of things to forget. */
  readonly #arrived: (CallRecord | number)[] = [];
  #loading = false;
  readonly #running = new Set<Running>();
  readonly #free: JobQueue<GpuJob>[] = [];
  #queues = 0;
  readonly #settled: WorkItem;

  constructor(
    parent: ParentProcess,
    platform: Platform,
    gpu: WebGpuDevice,
    functions: ChildFunctions,
    things: ChildThings,
  ) {
    this.#parent = parent;
    this.#gpu = gpu;
    this.#functions = functions;
    this.#things = things;
    this.#settled = new WorkItem(sharedWorkQueue(platform), () => {
      this.#tell();
      return false;
    });
  }

  run(records: readonly CallRecord[]): void {
    this.#arrived.push(...records);
    this.#pump();
  }

  /** Forgets a thing when what arrived before was given to the GPU. */
  forget(thing: number): void {
    this.#arrived.push(thing);
    this.#pump();
  }

  #pump(): void {
    if (this.#loading || this.#gpu.state !== "open") return;
    for (let next = this.#arrived[0]; next !== undefined; next = this.#arrived[0]) {
      if (typeof next === "number") {
        this.#things.forget(next);
      } else {
        const called = this.#functions.of(next);
        if (called.call === undefined) {
          this.#loading = true;
          void this.#load(next);
          return;
        }
        this.#start(next, called.call);
      }
      this.#arrived.shift();
    }
  }

  async #load(record: CallRecord): Promise<void> {
    try {
      await this.#functions.of(record).load();
    } catch (error) {
      this.#arrived.shift();
      this.#post([[record[0], undefined, failureRecord(error)]]);
    }
    this.#loading = false;
    this.#pump();
  }

  #start([id, , , label, args, names]: CallRecord, call: (...args: unknown[]) => unknown): void {
    const queue = this.#free.pop() ?? this.#gpu.queue(`jobs ${++this.#queues}`, { bypass: true });
    const job = queue.job({
      label,
      run: (gpu) => call(contextOf(gpu, this.#things.named(names)), ...args) as ReturnType<GpuJob["run"]>,
    });
    this.#running.add({ id, job, queue });
    const [done] = submit(job);
    done.register(Registration.schedule(this.#settled));
  }

  #tell(): void {
    if (this.#gpu.state === "lost") return;
    const outcomes: Outcome[] = [];
    for (const running of this.#running) {
      const { id, job, queue } = running;
      if (!job.signalled) continue;
      this.#running.delete(running);
      this.#free.push(queue);
      const failure = job.failure();
      outcomes.push(failure === undefined ? [id, job.result] : [id, undefined, failureRecord(failure)]);
    }
    if (outcomes.length > 0) this.#post(outcomes);
  }

  // What can't be cloned is its own job's error.
  #post(outcomes: readonly Outcome[]): void {
    try {
      this.#parent.post([protocol.DONE, outcomes] satisfies FromChild);
    } catch (error) {
      if (outcomes.length > 1) {
        for (const outcome of outcomes) this.#post([outcome]);
        return;
      }
      const record = describeError(cloneError("The job's result can't be cloned", error));
      const failure: FailureRecord = [errno.EIO, null, record];
      this.#parent.post([protocol.DONE, [[outcomes[0]![0], undefined, failure]]] satisfies FromChild);
    }
  }
}
