/**
 * A device of some rings in virtual time that hangs, fails and comes back as its jobs and chance tell it to: own drivers on the real core.
 *
 * A ring: idle -> busy (a timer is set for the next completions) -> idle; or stuck, when what it is at hangs, until that is judged.
 *
 * Invariants:
 * - Each job is run once for each time that it wasn't taken back, or cancelled once; it is released once, after its fence
 *   signalled; and after `stop` nothing of it is completed any more. The tallies say so; what breaks it throws.
 * - An in-order ring completes nothing behind a job that hangs; one that overlaps completes out of order.
 */
import { RecoveryDomain, Ring, deliver, errno } from "signalbox";
import type { Driver, Fence, Job, JobQueue, JobSpec, RunOutcome, TimeoutVerdict } from "signalbox";
import type { SimPlatform } from "signalbox/sim";
import type { Chance } from "../harness/chance.ts";

/** What is wrong with a job. The names say what `run`, the device, or the judge of its timeout does. */
export type JobFault = "none" | "throws" | "fails" | "runs on" | "began later" | "recovered" | "guilty";

/** A job of the soak. */
export interface SoakJob extends JobSpec {
  readonly fault: JobFault;
}

type Held = Job<unknown, SoakJob>;

/** What the drivers were told, summed. */
export interface DriverTallies {
  runs: number;
  cancels: number;
  releases: number;
  /** Jobs that timeouts were judged for. */
  judged: number;
  closed: number;
}

export class SoakDevice {
  readonly recovery: RecoveryDomain;
  readonly rings: readonly Ring<SoakJob>[];
  readonly tallies: DriverTallies = { runs: 0, cancels: 0, releases: 0, judged: 0, closed: 0 };
  readonly #drivers: readonly SoakDriver[];

  /** With `calm`, restarts succeed at once and queues close at once. */
  constructor(platform: SimPlatform, chance: Chance, calm = false) {
    this.recovery = new RecoveryDomain(
      "soak",
      {
        stop: () => {
          for (const driver of this.#drivers) driver.stop();
        },
        restart: () => (calm ? undefined : restart(chance)),
        gone: () => {
          for (const driver of this.#drivers) driver.forget();
        },
      },
      { platform, attempts: 12, backoff: 1, timeLimit: 20 },
    );
    const parts = { platform, chance, calm, tallies: this.tallies };
    this.#drivers = [false, true, false].map((overlaps) => new SoakDriver(parts, overlaps));
    this.rings = this.#drivers.map(
      (driver, index) =>
        new Ring<SoakJob>(driver, {
          platform,
          recovery: this.recovery,
          slots: [Infinity, 64, 8][index] ?? 1,
          policy: (["fair", "fifo", "round-robin"] as const)[index] ?? "fair",
        }),
    );
  }
}

// Mostly at once; sometimes it fails, or takes for ever, and is tried again.
function restart(chance: Chance): void | Promise<void> {
  if (chance.onceIn(4)) throw new Error("The device was not to come back this time");
  if (chance.onceIn(8)) return new Promise(() => {});
}

interface DriverParts {
  readonly platform: SimPlatform;
  readonly chance: Chance;
  readonly calm: boolean;
  readonly tallies: DriverTallies;
}

class SoakDriver implements Driver<SoakJob> {
  readonly name = "soak";
  readonly overlaps: boolean;
  readonly #parts: DriverParts;
  readonly #held: Held[] = [];
  /** What hung, and was let go on. */
  readonly #freed = new WeakSet<Held>();
  #ticking = false;
  /** Counts stops: a tick of before one has nothing to say. */
  #life = 0;

  constructor(parts: DriverParts, overlaps: boolean) {
    this.#parts = parts;
    this.overlaps = overlaps;
  }

  // SIGNALLING: appends to a list and sets a timer.
  run(job: Held): RunOutcome {
    this.#parts.tallies.runs++;
    if (job.spec.fault === "throws") throw new Error("It was to throw");
    if (job.spec.fault === "none" && this.#parts.chance.onceIn(16)) return "done";
    this.#held.push(job);
    this.#tick();
    return "pending";
  }

  cancel(): void {
    this.#parts.tallies.cancels++;
  }

  release(): void {
    this.#parts.tallies.releases++;
  }

  dependencyFailed(_job: Held, _fence: Fence): "run" | "cancel" {
    return this.#parts.chance.onceIn(2) ? "run" : "cancel";
  }

  // The device lets go of a queue at once, later, never (and is reset for it), or fails to (likewise).
  closeQueue(_queue: JobQueue<SoakJob>): void | Promise<void> {
    const { chance, calm, tallies } = this.#parts;
    tallies.closed++;
    if (calm || !chance.onceIn(4)) return;
    if (chance.onceIn(4)) throw new Error("The device was not to let go of the queue");
    if (chance.onceIn(4)) return new Promise(() => {});
    return Promise.resolve();
  }

  timedOut(job: Held): TimeoutVerdict {
    this.#parts.tallies.judged++;
    const { fault } = job.spec;
    switch (fault) {
      case "runs on":
        this.#free(job);
        return "running";
      case "began later":
        this.#free(job);
        return { runningSince: this.#parts.platform.now() - 1 };
      case "recovered":
        this.#held.splice(this.#held.indexOf(job), 1);
        this.#tick();
        return "recovered";
      case "guilty":
        return "reset";
      case "none":
      case "throws":
      case "fails":
        return "running"; // It waits behind one that hangs.
    }
  }

  /** The device is stopped; part of what it has it tells as complete first. */
  stop(): void {
    if (this.#parts.chance.onceIn(2)) this.#complete(2);
    this.forget();
  }

  /** It knows nothing any more of what it was given. */
  forget(): void {
    this.#held.length = 0;
    this.#life++;
    this.#ticking = false;
  }

  #free(job: Held): void {
    this.#freed.add(job);
    this.#tick();
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    const life = this.#life;
    this.#parts.platform.setTimer(
      () => {
        if (life !== this.#life) return;
        this.#ticking = false;
        deliver(() => {
          this.#complete(this.#parts.chance.between(1, 64));
        });
        if (this.#held.some((job) => !this.#hangs(job))) this.#tick();
      },
      this.#parts.chance.onceIn(4) ? 1 : 0.25,
    );
  }

  // SIGNALLING: one interrupt, for so many jobs at most.
  #complete(most: number): void {
    for (let count = 0; count < most; count++) {
      const index = this.overlaps ? this.#anyThatEnds() : 0;
      const job = this.#held[index];
      if (job === undefined || this.#hangs(job)) return;
      this.#held.splice(index, 1);
      if (job.spec.fault === "fails") job.queue.complete(job, errno.EIO, new Error("It was to fail"));
      else job.queue.complete(job, 0, undefined, job.spec.label);
    }
  }

  #anyThatEnds(): number {
    const index = this.#parts.chance.below(Math.min(this.#held.length, 8));
    const job = this.#held[index];
    return job === undefined || this.#hangs(job) ? this.#held.findIndex((other) => !this.#hangs(other)) : index;
  }

  #hangs(job: Held): boolean {
    const { fault } = job.spec;
    return fault !== "none" && fault !== "fails" && fault !== "throws" && !this.#freed.has(job);
  }
}
