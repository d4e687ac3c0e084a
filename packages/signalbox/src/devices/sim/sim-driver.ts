/**
 * The simulated ring: runs one job after the other, each for as long as it says, in virtual time.
 *
 * States of a ring: idle -> busy (the oldest job's end is a timer) -> idle. Jobs that come while it is busy wait inside the
 * ring, as in a hardware ring buffer.
 *
 * Invariants: in order; one job at a time; a job that was given up (`drop`) never completes.
 */
import { errno } from "../../errors.ts";
import type { Driver, JobSpec, RunOutcome } from "../../driver.ts";
import { SignalboxError, checkErrno } from "../../errors.ts";
import type { Platform, Timer } from "../../platform/platform.ts";
import type { Job } from "../../queue/job.ts";

/** A job of the simulated device. */
export interface SimJob extends JobSpec {
  /** How long it keeps its ring busy, in virtual ms; the device's latency if left out. */
  readonly duration?: number;
  /** The negative errno that it ends with; 0 if left out. */
  readonly error?: number;
  /** What `job.result` is afterwards. */
  readonly result?: unknown;
  /** Called when the ring really starts it. SIGNALLING: must not submit or wait. */
  readonly run?: () => void;
}

type Running = Job<unknown, SimJob>;

export class SimDriver implements Driver<SimJob> {
  readonly name: string;
  readonly #platform: Platform;
  readonly #latency: () => number;
  readonly #held: Running[] = [];
  #timer: Timer | undefined;

  constructor(name: string, platform: Platform, latency: () => number) {
    this.name = name;
    this.#platform = platform;
    this.#latency = latency;
  }

  check(spec: SimJob): void {
    if (spec.duration !== undefined && !(spec.duration >= 0 && spec.duration < Infinity)) {
      throw new RangeError(`A simulated job lasts 0 ms or more (got ${spec.duration})`);
    }
    if (spec.error !== undefined && spec.error !== 0) checkErrno(spec.error);
  }

  // SIGNALLING: puts the job behind the others; its end is a timer's.
  run(job: Running): RunOutcome {
    job.spec.run?.();
    this.#held.push(job);
    this.#begin();
    return "pending";
  }

  cancel(): void {
    // Nothing is kept of a job that was not run.
  }

  /** The device is gone: nothing that it holds completes any more. */
  drop(): void {
    this.#held.length = 0;
    if (this.#timer !== undefined) this.#platform.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    const job = this.#held[0];
    if (job === undefined || this.#timer !== undefined) return;
    this.#timer = this.#platform.setTimer(() => {
      this.#end(job);
    }, job.spec.duration ?? this.#latency());
  }

  #end(job: Running): void {
    this.#timer = undefined;
    this.#held.shift();
    const { error = 0, result } = job.spec;
    job.queue.complete(
      job,
      error,
      error === 0
        ? undefined
        : new SignalboxError("EIO", `The simulated job was to fail with ${error} (${errno.EIO} is EIO)`),
      result,
    );
    this.#begin();
  }
}
