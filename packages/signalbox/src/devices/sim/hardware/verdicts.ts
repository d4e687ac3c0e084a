/**
 * What the driver of a simulated device says of jobs that are out of time (T2), after a look at its hardware.
 *
 * - Finished, and nobody was told (T9): it tells now, or leaves it to the interrupt if one is on its way; or it judges all the same,
 *   as a driver does that looked just before, and is told later of a job that is over.
 * - Waiting behind others: it runs, as far as the core is concerned.
 * - At it: it may go on, so often, now or as if it had begun later; then the job is stopped, the device reset, or given up. What hangs stays hung meanwhile.
 */
import type { TimeoutVerdict } from "../../../driver.ts";
import type { Job } from "../../../queue/job.ts";
import type { ExploredJob } from "./explored-device.ts";
import type { HardwareRing } from "./hardware-ring.ts";

/** What ends a job that is out of time. */
export type FinalVerdict = Extract<TimeoutVerdict, "recovered" | "reset" | "gone">;

/** What verdicts need of the device. */
export interface JudgedDevice {
  now(): number;
  choose(what: string, count: number): number;
  /** Whether an interrupt is on its way. */
  raised(): boolean;
  tellAll(): void;
  stop(job: Job<unknown, ExploredJob>, ring: HardwareRing): void;
}

export class Verdicts {
  readonly #final: readonly FinalVerdict[];
  readonly #patience: number;
  readonly #device: JudgedDevice;
  readonly #goingOn = new Map<Job, number>();

  constructor(final: readonly FinalVerdict[], patience: number, device: JudgedDevice) {
    this.#final = final;
    this.#patience = patience;
    this.#device = device;
  }

  judge(job: Job<unknown, ExploredJob>, ring: HardwareRing): TimeoutVerdict {
    switch (ring.stateOf(job)) {
      case "finished":
        return this.#ofFinished(job, ring);
      case "waiting":
        return "running";
      case "at it":
      case "unknown":
        return this.#ofRunning(job, ring);
    }
  }

  #ofFinished(job: Job<unknown, ExploredJob>, ring: HardwareRing): TimeoutVerdict {
    const mayWait = this.#device.raised() && this.#letOn(job) === 0;
    const ways = (mayWait ? 2 : 1) + this.#final.length;
    const way = this.#device.choose(`what becomes of ${job.label}, which is finished`, ways);
    if (way === 0) {
      // Completed while the driver looks: that is its outcome, whatever is answered.
      this.#device.tellAll();
      return "recovered";
    }
    return way <= this.#final.length ? this.#end(job, ring, this.#final[way - 1]!) : this.#letGoOn(job, "running");
  }

  #ofRunning(job: Job<unknown, ExploredJob>, ring: HardwareRing): TimeoutVerdict {
    const patient = this.#letOn(job) < this.#patience;
    const way = this.#device.choose(`what becomes of ${job.label}`, this.#final.length + (patient ? 1 : 0));
    if (way < this.#final.length) return this.#end(job, ring, this.#final[way]!);
    return this.#letGoOn(job, this.#letOn(job) % 2 === 0 ? "running" : { runningSince: this.#device.now() - 1 });
  }

  // Bounded: a driver that says for ever that a job runs is a livelock of its own.
  #letGoOn(job: Job<unknown, ExploredJob>, verdict: TimeoutVerdict): TimeoutVerdict {
    this.#goingOn.set(job, this.#letOn(job) + 1);
    return verdict;
  }

  #letOn(job: Job<unknown, ExploredJob>): number {
    return this.#goingOn.get(job) ?? 0;
  }

  #end(job: Job<unknown, ExploredJob>, ring: HardwareRing, verdict: FinalVerdict): FinalVerdict {
    if (verdict === "recovered") this.#device.stop(job, ring);
    return verdict;
  }
}
