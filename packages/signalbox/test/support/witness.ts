/**
 * The witness of random programs: a driver, a tracer and registrations that know nothing of how the core works inside, and
 * write down each promise that they see broken, with its number (docs: the twelve promises of the design).
 */
import type { CancelReason, Driver, RunOutcome } from "../../src/driver.ts";
import { insideDelivery } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import type { Tracer } from "../../src/hooks.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import type { Ring } from "../../src/queue/ring.ts";
import type { AnyJob, ManualJob } from "./manual-driver.ts";
import { nameOf } from "./notes.ts";

/** What the witness knows of one job. */
export interface Witnessed {
  readonly job: AnyJob;
  readonly queue: JobQueue<ManualJob>;
  readonly cost: number;
  /** What it was made to wait for, each one, whatever the core makes of it. */
  readonly dependencies: readonly Fence[];
  published: boolean;
  runs: number;
  cancels: number;
  signals: number;
  releases: number;
  /** Whether the device has it: from `run` to its completion. */
  onDevice: boolean;
  /** The device's own fence for it, if it gave one. */
  hardware: Fence | undefined;
  deadline: number;
}

/** One registration of a program, and what became of it. */
export interface Registered {
  readonly registration: Registration;
  readonly fence: Fence;
  runs: number;
  /** What `cancel` answered, if it was called. */
  cancelled: boolean | undefined;
}

export class Witness {
  readonly violations: string[] = [];
  readonly jobs = new Map<Fence, Witnessed>();
  readonly registered: Registered[] = [];
  readonly lostRings = new Set<Ring<ManualJob>>();
  /** The seqno that was last run or cancelled, of each queue; and that last signalled, of each timeline. */
  readonly #lastStarted = new Map<JobQueue<ManualJob>, number>();
  readonly #lastSignalled = new Map<number, number>();
  readonly #rings: Ring<ManualJob>[] = [];

  /** To be set as the tracer while the program runs. */
  readonly tracer: Partial<Tracer> = {
    jobPublished: (job) => {
      const seen = this.#of(job);
      if (seen.published) this.#broken(1, `${nameOf(job)} is published twice`);
      seen.published = true;
    },
    fenceSignalled: (fence) => this.#signalled(fence),
    queueClosed: (queue) => {
      for (const seen of this.jobs.values()) {
        if (seen.queue === queue && seen.published && seen.releases === 0)
          this.#broken(8, `${queue.name} is inactive, and ${nameOf(seen.job)} is not released`);
      }
    },
  };

  /** A driver for one ring; `onRun` says what a job does and answers. */
  driver(overlaps: boolean, onRun: (seen: Witnessed) => RunOutcome): Driver<ManualJob> {
    return {
      name: "witness",
      overlaps,
      run: (job) => this.#run(this.#of(job), overlaps, onRun),
      cancel: (job, reason) => {
        this.#cancel(this.#of(job), overlaps, reason);
      },
      flush: () => {
        if (insideDelivery()) this.#broken(8, "`flush` is called inside a section");
      },
      release: (job) => {
        this.#release(this.#of(job));
      },
      setDeadline: (job, time) => {
        const seen = this.#of(job);
        if (!(time < seen.deadline)) this.#broken(9, `${nameOf(job)} is told ${time} after ${seen.deadline} (F28)`);
        if (!seen.onDevice) this.#broken(9, `the device doesn't have ${nameOf(job)}, and is told a deadline (F28)`);
        seen.deadline = time;
      },
    };
  }

  watchRing(ring: Ring<ManualJob>): void {
    this.#rings.push(ring);
  }

  made(job: AnyJob, dependencies: readonly Fence[]): void {
    this.jobs.set(job, {
      job,
      queue: job.queue,
      cost: job.cost,
      dependencies,
      published: false,
      runs: 0,
      cancels: 0,
      signals: 0,
      releases: 0,
      onDevice: false,
      hardware: undefined,
      deadline: Infinity,
    });
  }

  /** Puts a registration on a fence; `then` is done when it runs, in the section. */
  register(fence: Fence, then: () => void = () => {}): void {
    const name = `registration ${this.registered.length} on ${nameOf(fence)}`;
    const registration = Registration.post({
      postMessage: () => {
        entry.runs++;
        if (entry.cancelled === true) this.#broken(10, `${name} runs after it was cancelled`);
        if (fence.state !== "signalled") this.#broken(10, `${name} runs before its fence signals`);
        if (!insideDelivery()) this.#broken(6, `${name} runs outside a delivery`);
        then();
      },
    });
    const entry: Registered = { registration, fence, runs: 0, cancelled: undefined };
    // One that is too late must never run. Listed only now: what its fence's issuer signals meanwhile may cancel those before it.
    if (fence.register(registration) === "signalled") entry.cancelled = true;
    this.registered.push(entry);
  }

  cancel(entry: Registered): void {
    const answer = entry.registration.cancel();
    if (entry.cancelled !== undefined) {
      if (answer) this.#broken(10, "a registration is cancelled twice");
      return;
    }
    entry.cancelled = answer;
    if (answer ? entry.runs !== 0 : entry.runs !== 1)
      this.#broken(10, `a cancel answers ${answer}, and it has run ${entry.runs} times`);
  }

  /** After each step of the program: what must always hold outside of sections. */
  check(): void {
    if (insideDelivery()) this.#broken(7, "a delivery is left open");
    for (const seen of this.jobs.values()) {
      if (seen.hardware?.state === "signalled") seen.onDevice = false;
      if (this.lostRings.has(seen.queue.ring)) seen.onDevice = false;
    }
    for (const ring of this.#rings) {
      const mine = [...this.jobs.values()].filter((seen) => seen.onDevice && seen.queue.ring === ring);
      if (ring.inFlight !== mine.length)
        this.#broken(5, `${ring.name} says ${ring.inFlight} jobs, it has ${mine.length}`);
      for (const queue of ring.queues) {
        const sum = mine.filter((seen) => seen.queue === queue).reduce((total, seen) => total + seen.cost, 0);
        if (queue.creditsInFlight !== sum)
          this.#broken(5, `${queue.name} says ${queue.creditsInFlight} credits, it is ${sum}`);
      }
    }
  }

  /** At the end, when nothing more can happen. */
  checkEnd(queues: readonly JobQueue<ManualJob>[]): void {
    this.check();
    for (const { job, published, runs, cancels, signals, releases } of this.jobs.values()) {
      const expected = published ? 1 : 0;
      if (signals !== expected) this.#broken(1, `${nameOf(job)} signalled ${signals} times`);
      if (runs + cancels !== expected) this.#broken(3, `${nameOf(job)}: ${runs} runs and ${cancels} cancels`);
      if (releases !== expected) this.#broken(8, `${nameOf(job)} was released ${releases} times`);
    }
    for (const { runs, cancelled, fence } of this.registered) {
      const expected = fence.signalled && cancelled !== true ? 1 : 0;
      if (runs !== expected) this.#broken(10, `a registration on ${nameOf(fence)} ran ${runs} times`);
    }
    for (const { name, stats, creditsInFlight } of queues) {
      const { pushed, done, failed, cancelled } = stats;
      if (creditsInFlight !== 0) this.#broken(5, `${name} has ${creditsInFlight} credits in flight at the end`);
      if (pushed !== done + failed + cancelled) this.#broken(1, `the counts of ${name} don't add up`);
    }
  }

  #run(seen: Witnessed, overlaps: boolean, onRun: (seen: Witnessed) => RunOutcome): RunOutcome {
    const { job, queue } = seen;
    this.#started(seen);
    seen.runs++;
    seen.onDevice = true;
    this.#expectDependencies(seen, overlaps);
    if (queue.state === "inactive") this.#broken(8, `${nameOf(job)} runs on an inactive queue`);
    if (this.lostRings.has(queue.ring)) this.#broken(8, `${nameOf(job)} runs on a lost ring`);
    const onDevice = [...this.jobs.values()].filter((each) => each.onDevice && each.hardware?.state !== "signalled");
    const mine = onDevice.filter((each) => each.queue === queue);
    const sum = mine.reduce((total, each) => total + each.cost, 0);
    if (sum > queue.credits && seen.cost > 0)
      this.#broken(5, `${queue.name} has ${sum} of ${queue.credits} credits in flight`);
    if (onDevice.filter((each) => each.queue.ring === queue.ring).length > queue.ring.slots)
      this.#broken(5, `${queue.ring.name} has more jobs than slots`);
    return onRun(seen);
  }

  #cancel(seen: Witnessed, overlaps: boolean, reason: CancelReason): void {
    this.#started(seen);
    seen.cancels++;
    if (seen.signals > 0) this.#broken(3, `${nameOf(seen.job)} is cancelled after it has signalled`);
    if (reason.kind !== "lost") this.#expectDependencies(seen, overlaps);
  }

  #started({ job, queue, runs, cancels, published }: Witnessed): void {
    if (!insideDelivery()) this.#broken(6, `${nameOf(job)} is started outside a section`);
    if (!published) this.#broken(3, `${nameOf(job)} was not published`);
    if (runs + cancels > 0) this.#broken(3, `${nameOf(job)} is started or cancelled a second time`);
    const last = this.#lastStarted.get(queue) ?? 0;
    if (job.seqno !== last + 1) this.#broken(2, `${nameOf(job)} is started after ${last}`);
    this.#lastStarted.set(queue, job.seqno);
  }

  #expectDependencies({ job, queue, dependencies }: Witnessed, overlaps: boolean): void {
    for (const fence of dependencies) {
      if (fence.state === "signalled" || (!overlaps && this.jobs.get(fence)?.queue === queue)) continue;
      this.#broken(4, `${nameOf(job)} goes before its dependency ${nameOf(fence)}`);
    }
  }

  #release(seen: Witnessed): void {
    seen.releases++;
    if (insideDelivery()) this.#broken(8, `${nameOf(seen.job)} is released inside a section`);
    if (seen.signals !== 1) this.#broken(8, `${nameOf(seen.job)} is released after ${seen.signals} signals`);
    if (seen.onDevice && seen.hardware?.state !== "signalled" && !this.lostRings.has(seen.queue.ring))
      this.#broken(8, `${nameOf(seen.job)} is released while the device has it`);
  }

  #signalled(fence: Fence): void {
    const last = this.#lastSignalled.get(fence.context) ?? 0;
    if (fence.seqno !== last + 1) this.#broken(2, `${nameOf(fence)} signals after ${last}`);
    this.#lastSignalled.set(fence.context, fence.seqno);
    const seen = this.jobs.get(fence);
    if (seen === undefined) return;
    seen.signals++;
    if (seen.signals > 1) this.#broken(1, `${nameOf(fence)} signals again`);
    if (seen.runs + seen.cancels !== 1) this.#broken(3, `${nameOf(fence)} signals before it was run or cancelled`);
  }

  #of(job: AnyJob): Witnessed {
    const seen = this.jobs.get(job);
    if (seen === undefined) throw new Error(`The witness doesn't know ${nameOf(job)}`);
    return seen;
  }

  #broken(promise: number, sentence: string): void {
    this.violations.push(`Promise ${promise}: ${sentence}`);
  }
}
