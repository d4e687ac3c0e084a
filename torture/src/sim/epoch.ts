/**
 * One epoch of the soak: a device, some thousand jobs on its queues with a random fault in each hundredth, until nothing is left; and the books.
 *
 * In virtual time, and so the same each time for the same seed, to the last decision.
 *
 * A drained queue whose jobs have all ended may wait for promises of its device (a handshake, a restart); so the clock is
 * stepped, and between steps promises settle.
 */
import { Timeline, mergeFences, submit } from "signalbox";
import type { DriverFence, Fence, Job, JobQueue, QueueOptions } from "signalbox";
import { SimPlatform } from "signalbox/sim";
import { observe } from "signalbox/testing";
import { Chance } from "../harness/chance.ts";
import type { Totals } from "../harness/books.ts";
import { SoakDevice } from "./device.ts";
import type { JobFault, SoakJob } from "./device.ts";

/** How many jobs may be under way until the load waits. */
const BACKLOG = 1_000;
/** How many turns without progress mean that something is stuck. Restarts back off for seconds of virtual time, in few turns. */
const STUCK = 20_000;

/** What came of an epoch. */
export interface EpochResult {
  readonly totals: Totals;
  readonly faults: ReadonlyMap<string, number>;
  readonly resets: number;
  /** How often a job was run again. */
  readonly retried: number;
  readonly wrong: readonly string[];
}

const jobFaults: readonly JobFault[] = ["throws", "fails", "runs on", "began later", "recovered", "guilty"];
const outsideFaults = ["gate failed", "killed", "destroyed", "killed while it ends", "reset", "lost"] as const;

/** Plays one epoch. Never rejects. */
export async function playEpoch(seed: number, number: number, jobs: number): Promise<EpochResult> {
  const epoch = new Epoch(seed, number, jobs);
  const wrong: string[] = [];
  try {
    const { published, signalled } = await observe(() => epoch.play());
    const { submitted } = epoch.totals;
    if (published !== submitted || signalled !== submitted) {
      wrong.push(`${submitted} submitted, ${published} published, ${signalled} signalled`);
    }
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  wrong.push(...epoch.wrong());
  if (wrong.length > 0) wrong.unshift(`epoch ${number} of ${jobs} jobs, seed ${seed}:`);
  return { ...epoch.result(), wrong };
}

interface Opened {
  readonly queue: JobQueue<SoakJob>;
  submitted: number;
}

class Epoch {
  readonly totals: Totals = { submitted: 0, done: 0, failed: 0, cancelled: 0, queues: 0 };
  readonly #chance: Chance;
  readonly #jobs: number;
  readonly #platform = new SimPlatform({ auto: false });
  readonly #devices: SoakDevice[] = [];
  readonly #opened: Opened[] = [];
  readonly #current: (Opened | undefined)[] = [];
  readonly #gates: DriverFence[] = [];
  readonly #recent: Fence[] = [];
  readonly #faults = new Map<string, number>();

  constructor(seed: number, number: number, jobs: number) {
    this.#chance = new Chance(seed, number);
    this.#jobs = jobs;
  }

  async play(): Promise<void> {
    const chance = this.#chance;
    while (this.totals.submitted < this.#jobs) {
      this.#submit(Math.min(chance.between(1, 24), this.#jobs - this.totals.submitted));
      if (chance.onceIn(3)) this.#platform.run(this.#platform.now() + chance.fraction());
      if (chance.onceIn(10)) this.#settleGates(2);
      if (this.#underWay() > BACKLOG) await this.#until(() => this.#underWay() < BACKLOG / 2, "the backlog");
    }
    for (const { queue } of this.#opened) queue.destroy();
    await this.#until(() => this.#opened.every(({ queue }) => queue.state === "inactive"), "the end");
  }

  result(): Omit<EpochResult, "wrong"> {
    for (const { queue } of this.#opened) {
      this.totals.done += queue.stats.done;
      this.totals.failed += queue.stats.failed;
      this.totals.cancelled += queue.stats.cancelled;
    }
    this.totals.queues = this.#opened.length;
    const runs = this.#sum("runs");
    const retried = runs + this.#sum("cancels") - this.totals.submitted;
    const resets = this.#devices.reduce((sum, { recovery }) => sum + recovery.resets, 0);
    return { totals: this.totals, faults: this.#faults, resets, retried };
  }

  wrong(): string[] {
    const wrong: string[] = [];
    for (const { queue, submitted } of this.#opened) {
      const { pushed, done, failed, cancelled } = queue.stats;
      if (submitted !== pushed || pushed !== done + failed + cancelled) {
        wrong.push(
          `[Queue "${queue.name}"] doesn't add up: ${submitted} submitted, ${pushed} pushed, ${done} done, ${failed} failed, ${cancelled} cancelled`,
        );
      }
    }
    const released = this.#sum("releases");
    if (released !== this.totals.submitted) wrong.push(`${this.totals.submitted} submitted, ${released} released`);
    return wrong;
  }

  #sum(what: "runs" | "cancels" | "releases"): number {
    return this.#devices.reduce((sum, { tallies }) => sum + tallies[what], 0);
  }

  #underWay(): number {
    return this.totals.submitted - this.#sum("releases");
  }

  #submit(count: number): void {
    const chance = this.#chance;
    const batch: Job<unknown, SoakJob>[] = [];
    const queues: Opened[] = [];
    for (let left = count; left > 0; left--) {
      const fault = chance.onceIn(100) ? this.#fault() : "none";
      const opened = this.#queue();
      const job = opened.queue.job({
        fault,
        cost: chance.below(3),
        idempotent: chance.onceIn(2),
        // What hangs is found by its own time, whatever may take how long before it.
        timeout: fault === "none" ? chance.one([10, 50, Infinity]) : 10,
      });
      const before = chance.perhapsOne(batch);
      if (before !== undefined && chance.onceIn(4)) job.after(before);
      if (chance.onceIn(6)) job.after(this.#dependency());
      batch.push(job);
      queues.push(opened);
    }
    // Of a queue that a fault has ended meanwhile the jobs are nobody's yet, and go with it.
    if (queues.some(({ queue }) => queue.state !== "usable")) return;
    const fences = submit(...batch);
    for (const opened of queues) opened.submitted++;
    this.totals.submitted += batch.length;
    this.#recent.push(...fences);
    if (this.#recent.length > 64) this.#recent.splice(0, this.#recent.length - 32);
  }

  #dependency(): Fence {
    const chance = this.#chance;
    const fence = chance.perhapsOne(this.#recent);
    if (fence === undefined || chance.onceIn(8)) {
      const gate = new Timeline("gate", { platform: this.#platform }).fence();
      this.#gates.push(gate);
      return gate.fence;
    }
    if (chance.onceIn(8) && this.#recent.length > 1) return mergeFences(this.#recent.slice(-4));
    return fence;
  }

  // One fault of any kind: in the job that is made next, which is answered, or around it.
  #fault(): JobFault {
    const chance = this.#chance;
    const what = chance.one([...jobFaults, ...jobFaults, ...outsideFaults]);
    this.#faults.set(what, (this.#faults.get(what) ?? 0) + 1);
    switch (what) {
      case "gate failed":
        this.#gates.shift()?.fail(-5, new Error("The gate was to fail"));
        return "none";
      case "killed":
        this.#queue().queue.kill(new Error("The queue was to be killed"));
        return "none";
      case "destroyed":
        this.#queue().queue.destroy();
        return "none";
      case "killed while it ends":
        this.#queue().queue.destroy().kill();
        return "none";
      case "reset":
        this.#device().recovery.reset(new Error("The device was to be reset"));
        return "none";
      case "lost":
        if (chance.onceIn(10)) this.#device().recovery.giveUp(new Error("The device was to be lost"));
        return "none";
      default:
        return what;
    }
  }

  // The present device; another one takes the place of one that is gone.
  #device(): SoakDevice {
    const last = this.#devices.at(-1);
    if (last !== undefined && last.recovery.state !== "gone") return last;
    const device = new SoakDevice(this.#platform, this.#chance);
    this.#devices.push(device);
    return device;
  }

  // One of the queues; another one takes the place of one that has ended.
  #queue(): Opened {
    const index = this.#chance.below(8);
    const found = this.#current[index];
    if (found?.queue.state === "usable") return found;
    const device = this.#device();
    const name = `queue ${this.#opened.length}`;
    const queue = this.#chance.one(device.rings).queue(name, options(this.#chance));
    const opened = { queue, submitted: 0 };
    this.#opened.push(opened);
    this.#current[index] = opened;
    return opened;
  }

  #settleGates(count: number): void {
    for (const gate of this.#gates.splice(0, count)) gate.signal();
  }

  async #until(reached: () => boolean, what: string): Promise<void> {
    this.#settleGates(Infinity);
    for (let turns = 0; !reached(); turns++) {
      this.#platform.run(this.#platform.now() + 2);
      await Promise.resolve();
      if (turns > STUCK) throw new Error(`Promise 1: ${what} is never reached, ${this.#underWay()} jobs are left`);
    }
  }
}

function options(chance: Chance): QueueOptions {
  return {
    credits: chance.one([4, 32, Infinity]),
    jobs: chance.one([1, 8, Infinity]),
    ...(chance.onceIn(2) ? { timeout: 20 } : {}),
    priority: chance.one(["high", "normal", "low"]),
    onFailedDependency: chance.one(["cancel", "ignore", "ask"]),
    bypass: chance.onceIn(4),
    release: chance.onceIn(4) ? "inline" : "deferred",
    retries: chance.one([0, 3, 20]),
    banAfter: chance.one([1, 4, Infinity]),
  };
}
