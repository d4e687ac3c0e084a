/**
 * The lane: the one GPUQueue of a device, as the core drives it. All queues of the device share it. What it drives is the present
 * generation of the device (generation.ts).
 *
 * For each job: error scopes are pushed, `run` gives the GPU its work, the scopes are popped; then the job is a flight
 * until everything that it waits for has settled (flight.ts). Completions are asked for once a batch, in `flush`.
 *
 * Invariants:
 * - A job completes only after its work settled on the GPU, also when its `run` threw: the GPU may hold what it refers to
 *   until then (promise 8).
 * - The context works only while `run` is on the stack.
 * - Where a job may time out each job is asked for by itself: one that hangs doesn't hold back the completion of those before it,
 *   and so is the oldest that is not done.
 */
import { SignalboxError } from "../../errors.ts";
import { hooks } from "../../hooks.ts";
import type { Driver, RunOutcome, TimeoutVerdict } from "../../driver.ts";
import type { Job } from "../../queue/job.ts";
import { popScopes, pushScopes } from "./error-scopes.ts";
import type { Flight } from "./flight.ts";
import type { Generation } from "./generation.ts";
import type { GpuAnswer, GpuContext, GpuJob, ReadOptions } from "./gpu-job.ts";

/** @internal */
export class Lane implements Driver<GpuJob>, GpuContext {
  readonly name: string;
  #present: Generation;
  /** What to do about a shader that hangs: a new device, or none. */
  readonly #hung: "reset" | "gone";
  /** Whether each job is asked for by itself although none has a timeout: somebody else looks for those that hang. */
  apart = false;
  /** The job whose `run` is on the stack. */
  #running: Flight | undefined;

  constructor(name: string, first: Generation, hung: "reset" | "gone") {
    this.name = name;
    this.#present = first;
    this.#hung = hung;
  }

  get present(): Generation {
    return this.#present;
  }

  get device(): GPUDevice {
    return this.#present.device;
  }

  get queue(): GPUQueue {
    return this.#present.device.queue;
  }

  check(spec: GpuJob): void {
    if (typeof spec.run !== "function")
      throw new SignalboxError("EINVAL", `A WebGPU job needs a function \`run\` (got ${typeof spec.run})`);
  }

  // SIGNALLING: WebGPU's calls only record and enqueue; whatever settles later does so in promises.
  run(job: Job<unknown, GpuJob>): RunOutcome {
    const { device, timestamps, completions } = this.#present;
    const apart = this.apart || job.queue.ring._timed;
    if (apart) completions.cut();
    const flight = this.#present.launch(job);
    const measured = hooks.tracer !== null && timestamps?.begin(job) === true;
    pushScopes(device);
    this.#running = flight;
    try {
      this.#take(flight, job.spec.run(this));
    } catch (error) {
      flight.threw(error);
    } finally {
      this.#running = undefined;
      popScopes(device, flight);
    }
    if (measured) timestamps.end();
    completions.add(flight);
    if (apart) completions.cut();
    return "pending";
  }

  cancel(): void {
    // The GPU has nothing of a job that never ran.
  }

  flush(): void {
    this.#present.timestamps?.flush();
    this.#present.completions.flush();
  }

  read(source: GPUBuffer, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const flight = this.#running;
    if (flight === undefined)
      throw new SignalboxError(
        "EINVAL",
        "A job gives the GPU its work before `run` returns or awaits: this read comes later",
      );
    const bytes = this.#present.staging.read(source, options);
    flight.await();
    bytes.then(
      () => {
        flight.settle();
      },
      (error: unknown) => {
        flight.threw(error);
        flight.settle();
      },
    );
    return bytes;
  }

  // The GPU runs in order: what hasn't begun isn't late.
  timedOut(job: Job<unknown, GpuJob>): TimeoutVerdict {
    return this.#present.isAt(job) ? this.#hung : "running";
  }

  /** From here on jobs run on this one; answers the one before it. */
  replace(next: Generation): Generation {
    const before = this.#present;
    this.#present = next;
    return before;
  }

  #take(flight: Flight, answer: GpuAnswer): void {
    if (answer === undefined) return;
    if ("then" in answer) {
      flight.await();
      answer.then(
        (result) => {
          flight.resolved(result);
          flight.settle();
        },
        (error: unknown) => {
          flight.threw(error);
          flight.settle();
        },
      );
      return;
    }
    this.queue.submit(Array.isArray(answer) ? answer : [answer as GPUCommandBuffer]);
  }
}
