/**
 * The lane: the one GPUQueue of a device, as the core drives it. All queues of the device share it.
 *
 * For each job: error scopes are pushed, `run` gives the GPU its work, the scopes are popped; then the job is a flight
 * until everything that it waits for has settled (flight.ts). Completions are asked for once a batch, in `flush`.
 *
 * Invariants:
 * - A job completes only after its work settled on the GPU, also when its `run` threw: the GPU may hold what it refers to
 *   until then (promise 8).
 * - The context works only while `run` is on the stack.
 */
import { SignalboxError } from "../../errors.ts";
import { hooks } from "../../hooks.ts";
import type { Driver, RunOutcome } from "../../driver.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "../../queue/job.ts";
import { Completions } from "./completions.ts";
import { popScopes, pushScopes } from "./error-scopes.ts";
import { Flight } from "./flight.ts";
import type { GpuAnswer, GpuContext, GpuJob, ReadOptions } from "./gpu-job.ts";
import { Outstanding } from "./outstanding.ts";
import { Staging } from "./staging.ts";
import { Timestamps } from "./timestamps.ts";

/** @internal */
export class Lane implements Driver<GpuJob>, GpuContext {
  readonly name: string;
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly #outstanding = new Outstanding();
  readonly #completions: Completions;
  readonly #staging: Staging;
  readonly #timestamps: Timestamps | undefined;
  /** The job whose `run` is on the stack. */
  #running: Flight | undefined;

  constructor(name: string, device: GPUDevice, platform: Platform) {
    this.name = name;
    this.device = device;
    this.queue = device.queue;
    this.#completions = new Completions(device.queue, platform, this.#outstanding);
    this.#staging = new Staging(device, this.#outstanding);
    this.#timestamps = device.features.has("timestamp-query")
      ? new Timestamps(device, platform, this.#outstanding)
      : undefined;
  }

  check(spec: GpuJob): void {
    if (typeof spec.run !== "function")
      throw new SignalboxError("EINVAL", `A WebGPU job needs a function \`run\` (got ${typeof spec.run})`);
  }

  // SIGNALLING: WebGPU's calls only record and enqueue; whatever settles later does so in promises.
  run(job: Job<unknown, GpuJob>): RunOutcome {
    const flight = new Flight(job);
    const measured = hooks.tracer !== null && this.#timestamps?.begin(job) === true;
    pushScopes(this.device);
    this.#running = flight;
    try {
      this.#take(flight, job.spec.run(this));
    } catch (error) {
      flight.threw(error);
    } finally {
      this.#running = undefined;
      popScopes(this.device, flight);
    }
    if (measured) this.#timestamps.end();
    this.#completions.add(flight);
    return "pending";
  }

  cancel(): void {
    // The GPU has nothing of a job that never ran.
  }

  flush(): void {
    this.#timestamps?.flush();
    this.#completions.flush();
  }

  read(source: GPUBuffer, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const flight = this.#running;
    if (flight === undefined)
      throw new SignalboxError(
        "EINVAL",
        "A job gives the GPU its work before `run` returns or awaits: this read comes later",
      );
    const bytes = this.#staging.read(source, options);
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

  /** Resolves when the GPU holds nothing of this lane. */
  idle(): Promise<void> {
    return this.#outstanding.idle();
  }

  /** Lets go of the buffers that were kept to be used again. */
  clear(): void {
    this.#staging.clear();
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
