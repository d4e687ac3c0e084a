/**
 * The paths of jobs: promises 1 to 5, 8, 11 and 12, by what the core's hooks tell, and by what the driver is called for.
 *
 * It counts for itself: credits, jobs on a ring, who holds what. What the core says of that is compared after each step.
 */
import type { CancelReason } from "../../../driver.ts";
import { isJobList } from "./lists.ts";
import { insideDelivery } from "../../../fence/delivery.ts";
import { Fence } from "../../../fence/fence.ts";
import { isContainer } from "../../../fence/kinds.ts";
import { isLater } from "../../../fence/order.ts";
import { leaves } from "../../../fence/unwrap.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Ring } from "../../../queue/ring.ts";
import { PassingTracer } from "./tracer.ts";
import type { Notes } from "./verdict.ts";

/** What is known of one job. */
interface Path {
  readonly job: Job;
  readonly queue: JobQueue;
  readonly name: string;
  readonly dependencies: Fence[];
  /** Its place among all that were armed; 0 before. */
  rank: number;
  pushed: boolean;
  published: boolean;
  runs: number;
  cancels: number;
  /** On the ring, as the core has it: from `run` to its completion. */
  running: boolean;
  completions: number;
  signals: number;
  releases: number;
  /** How many rings of the device have it. */
  held: number;
  /** Its driver said that it failed while the device has it: what becomes of that is the driver's fault. */
  orphaned: boolean;
}

/** What is known of one queue. */
interface Ledger {
  readonly queue: JobQueue;
  credits: number;
  lastStarted: number;
  closed: boolean;
}

export class Paths extends PassingTracer {
  readonly #notes: Notes;
  readonly #paths = new Map<Fence, Path>();
  readonly #ledgers = new Map<JobQueue, Ledger>();
  readonly #onRing = new Map<Ring, number>();
  readonly #lost = new Set<Ring>();
  readonly #created = new Set<Fence>();
  readonly #lastSignalled = new Map<number, Fence>();
  #rank = 0;
  #calls = 0;

  constructor(notes: Notes) {
    super();
    this.#notes = notes;
  }

  /** A job must wait for this fence, as its scenario has it, however it was told to. */
  expect(job: Job, fence: Fence): void {
    this.#of(job)?.dependencies.push(fence);
  }

  override ringOpened(ring: Ring): void {
    super.ringOpened(ring);
    this.#onRing.set(ring, 0);
  }

  override queueOpened(queue: JobQueue): void {
    super.queueOpened(queue);
    this.#ledgers.set(queue, { queue, credits: 0, lastStarted: 0, closed: false });
  }

  override queueClosed(queue: JobQueue): void {
    super.queueClosed(queue);
    this.#notes.tell?.(`queue ${queue.name} is inactive`);
    const ledger = this.#ledgers.get(queue);
    if (ledger !== undefined) ledger.closed = true;
    for (const path of this.#paths.values()) {
      if (path.queue === queue && path.pushed && path.releases === 0)
        this.#notes.broken(8, `queue ${queue.name} is inactive, and ${path.name} is not released`);
    }
  }

  override fenceCreated(fence: Fence): void {
    super.fenceCreated(fence);
    this.#created.add(fence);
  }

  override jobMade(job: Job): void {
    super.jobMade(job);
    const { after } = job.spec;
    const given = after === undefined ? [] : isJobList(after) ? after : [after];
    this.#paths.set(job, {
      job,
      queue: job.queue,
      name: job.spec.label ?? `a job of ${job.queueName}`,
      dependencies: given.filter((each) => each instanceof Fence),
      rank: 0,
      pushed: false,
      published: false,
      runs: 0,
      cancels: 0,
      running: false,
      completions: 0,
      signals: 0,
      releases: 0,
      held: 0,
      orphaned: false,
    });
  }

  override jobArmed(job: Job): void {
    super.jobArmed(job);
    const path = this.#of(job);
    if (path !== undefined) path.rank = ++this.#rank;
  }

  override jobDependency(job: Job, dependency: Fence): void {
    super.jobDependency(job, dependency);
    const path = this.#of(job);
    if (path === undefined) return;
    path.dependencies.push(dependency);
    const other = this.#paths.get(dependency);
    // Promise 11: a job can only wait for what was armed before it.
    if (other !== undefined && (other.rank === 0 || other.rank >= path.rank))
      this.#notes.broken(11, `${path.name} waits for ${other.name}, which was not armed before it`);
  }

  override jobPushed(job: Job): void {
    super.jobPushed(job);
    const path = this.#of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is pushed as ${job.queueName}:${job.seqno}`);
    if (path.pushed) this.#notes.broken(3, `${path.name} is pushed twice`);
    if (this.#ledgers.get(path.queue)?.closed === true)
      this.#notes.broken(8, `${path.name} is pushed to queue ${path.queue.name}, which is inactive`);
    path.pushed = true;
  }

  override jobPublished(job: Job): void {
    super.jobPublished(job);
    const path = this.#of(job);
    if (path === undefined) return;
    if (path.published) this.#notes.broken(1, `${path.name} is published twice`);
    if (!path.pushed) this.#notes.broken(1, `${path.name} is published before it is pushed`);
    path.published = true;
  }

  override jobBlocked(job: Job, blocker: Fence | null): void {
    super.jobBlocked(job, blocker);
    const on = blocker === null ? "credits" : `${blocker.timelineName}:${blocker.seqno}`;
    this.#notes.tell?.(`${this.#name(job)} waits for ${on}`);
  }

  override jobCompleted(job: Job): void {
    super.jobCompleted(job);
    const path = this.#of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is complete${job._error === 0 ? "" : ` with ${job._error}`}`);
    path.completions++;
    if (path.completions > 1 || !path.running)
      this.#notes.broken(5, `${path.name} completes ${path.completions} times`);
    else this.#leaves(path);
  }

  override jobCancelled(job: Job, reason: CancelReason): void {
    super.jobCancelled(job, reason);
    this.#notes.tell?.(`${this.#name(job)} is cancelled (${reason.kind})`);
  }

  override fenceSignalled(fence: Fence): void {
    super.fenceSignalled(fence);
    const path = this.#paths.get(fence);
    const name = path?.name ?? `${fence.timelineName}:${fence.seqno}`;
    this.#notes.tell?.(`${name} signals${fence.error === 0 ? "" : ` with ${fence.error}`}`);
    this.#created.delete(fence);
    const last = this.#lastSignalled.get(fence.context);
    if (last === fence) this.#notes.broken(1, `${name} signals twice`);
    else if (last !== undefined && !isLater(fence, last))
      this.#notes.broken(2, `${name} (${fence.seqno}) signals after ${last.seqno} of ${fence.timelineName}`);
    this.#lastSignalled.set(fence.context, fence);
    if (path === undefined) return;
    path.signals++;
    if (path.signals > 1) this.#notes.broken(1, `${name} signals ${path.signals} times`);
    if (!path.published) this.#notes.broken(1, `${name} signals, and was never published`);
    if (path.running) this.#notes.broken(5, `${name} signals while it still has its credits`);
  }

  /** `driver.run` is called. */
  ran(job: Job, overlaps: boolean): void {
    const path = this.#begins(job, "runs");
    if (path === undefined) return;
    path.runs++;
    path.running = true;
    this.#expectDependencies(path, overlaps);
    const { queue } = path;
    this.#notes.tell?.(`${path.name} starts on ${queue.ring.name}`);
    const ledger = this.#ledgers.get(queue)!;
    ledger.credits += job.cost;
    if (ledger.credits > queue.credits)
      this.#notes.broken(5, `queue ${queue.name} has ${ledger.credits} of ${queue.credits} credits in flight`);
    const count = this.#onRing.get(queue.ring)! + 1;
    this.#onRing.set(queue.ring, count);
    if (count > queue.ring.slots)
      this.#notes.broken(5, `ring ${queue.ring.name} has ${count} jobs in ${queue.ring.slots} slots`);
    if (ledger.closed) this.#notes.broken(8, `${path.name} runs on queue ${queue.name}, which is inactive`);
    if (this.#lost.has(queue.ring))
      this.#notes.broken(8, `${path.name} runs on ring ${queue.ring.name}, which is lost`);
  }

  /** `driver.cancel` is called. */
  cancelled(job: Job, reason: CancelReason, overlaps: boolean): void {
    const path = this.#begins(job, "is cancelled");
    if (path === undefined) return;
    path.cancels++;
    if (path.signals > 0) this.#notes.broken(3, `${path.name} is cancelled after it has signalled`);
    // X1: also what is killed waits for what it depends on; only a lost device waits for nothing.
    if (reason.kind !== "lost") this.#expectDependencies(path, overlaps);
  }

  /** `driver.release` is called. */
  released(job: Job): void {
    const path = this.#of(job);
    if (path === undefined) return;
    path.releases++;
    if (insideDelivery()) this.#notes.broken(8, `${path.name} is released inside a section`);
    if (path.signals !== 1 || path.releases !== 1)
      this.#notes.broken(8, `${path.name} is released ${path.releases} times, after ${path.signals} signals`);
    if (path.held > 0 && !path.orphaned && !this.#lost.has(path.queue.ring))
      this.#notes.broken(8, `${path.name} is released while the device has it`);
  }

  /** A member of the driver begins or ends, of those that run in the ring's worker. */
  driverCalled(entering: boolean): void {
    this.#calls += entering ? 1 : -1;
    if (this.#calls > 1) this.#notes.broken(6, "the driver is called while it is being called");
  }

  /** The device takes the job onto a ring of its own, or is done with it there. */
  held(job: Job, by: 1 | -1): void {
    const path = this.#of(job);
    if (path !== undefined) path.held += by;
  }

  /** The driver is about to say that the job failed, and the device has it. */
  orphaned(job: Job): void {
    const path = this.#of(job);
    if (path !== undefined) path.orphaned = true;
  }

  /** The ring was lost, and `lose` has returned. */
  lostRing(ring: Ring): void {
    this.#lost.add(ring);
    for (const path of this.#paths.values()) {
      if (path.pushed && path.queue.ring === ring && path.signals === 0)
        this.#notes.broken(12, `ring ${ring.name} is lost, and ${path.name} has not signalled`);
    }
  }

  /** After each step: the core's figures are those that were counted here. */
  check(): void {
    for (const { queue, credits } of this.#ledgers.values()) {
      if (queue.creditsInFlight !== credits)
        this.#notes.broken(5, `queue ${queue.name} says ${queue.creditsInFlight} credits in flight, it is ${credits}`);
    }
    for (const [ring, count] of this.#onRing) {
      if (ring.inFlight !== count)
        this.#notes.broken(5, `ring ${ring.name} says ${ring.inFlight} jobs, it has ${count}`);
    }
  }

  /** When nothing is left to happen. */
  checkEnd(): void {
    for (const path of this.#paths.values()) {
      const { name, pushed, published, runs, cancels, signals, releases, completions } = path;
      const expected = pushed || published ? 1 : 0;
      if (signals !== expected)
        this.#notes.broken(1, `${name} was ${published ? "" : "not "}published, and has signalled ${signals} times`);
      if (runs + cancels !== expected)
        this.#notes.broken(3, `${name} was run ${runs} times and cancelled ${cancels} times`);
      if (runs !== completions)
        this.#notes.broken(5, `${name} was run ${runs} times and completed ${completions} times`);
      if (releases !== expected) this.#notes.broken(8, `${name} was released ${releases} times`);
    }
    for (const fence of this.#created)
      this.#notes.broken(1, `fence ${fence.timelineName}:${fence.seqno} has not signalled`);
    for (const { queue } of this.#ledgers.values()) {
      const { pushed, done, failed, cancelled } = queue.stats;
      if (pushed !== done + failed + cancelled)
        this.#notes.broken(
          5,
          `queue ${queue.name} counts ${pushed} pushed, ${done} done, ${failed} failed, ${cancelled} cancelled`,
        );
      if (queue.state === "destroyed")
        this.#notes.broken(1, `queue ${queue.name} was destroyed, and never becomes inactive`);
    }
  }

  #begins(job: Job, what: string): Path | undefined {
    const path = this.#of(job);
    if (path === undefined) return undefined;
    if (!insideDelivery()) this.#notes.broken(6, `${path.name} ${what} outside a section`);
    if (!path.published) this.#notes.broken(3, `${path.name} ${what}, and was not published`);
    if (path.runs + path.cancels > 0)
      this.#notes.broken(3, `${path.name} ${what} after ${path.runs} runs and ${path.cancels} cancels`);
    const ledger = this.#ledgers.get(path.queue)!;
    if (job.seqno !== ledger.lastStarted + 1)
      this.#notes.broken(2, `${path.name} (${job.seqno}) ${what} after ${ledger.lastStarted} of ${path.queue.name}`);
    ledger.lastStarted = job.seqno;
    return path;
  }

  #expectDependencies(path: Path, overlaps: boolean): void {
    for (const fence of path.dependencies) {
      if (hasSignalled(fence) || (!overlaps && this.#paths.get(fence)?.queue === path.queue)) continue;
      this.#notes.broken(4, `${path.name} goes before its dependency ${this.#name(fence)}`);
    }
  }

  #leaves(path: Path): void {
    path.running = false;
    this.#ledgers.get(path.queue)!.credits -= path.job.cost;
    this.#onRing.set(path.queue.ring, this.#onRing.get(path.queue.ring)! - 1);
  }

  #of(job: Job): Path | undefined {
    const path = this.#paths.get(job);
    if (path === undefined) this.#notes.broken(3, `nobody has made ${job.queueName}:${job.seqno}`);
    return path;
  }

  #name(fence: Fence): string {
    return this.#paths.get(fence)?.name ?? `${fence.timelineName}:${fence.seqno}`;
  }
}

// A container follows its members after everything else that is due (F14).
function hasSignalled(fence: Fence): boolean {
  if (fence.state === "signalled") return true;
  return isContainer(fence) && [...leaves(fence)].every((leaf) => leaf.state === "signalled");
}
