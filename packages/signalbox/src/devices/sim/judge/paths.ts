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
import { PassingTracer } from "../../../passing-tracer.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Ring } from "../../../queue/ring.ts";
import { Clocks } from "./clocks.ts";
import { Ledger, Path } from "./records.ts";
import type { Notes } from "./verdict.ts";

export class Paths extends PassingTracer {
  readonly #notes: Notes;
  readonly #paths = new Map<Fence, Path>();
  readonly #ledgers = new Map<JobQueue, Ledger>();
  readonly #onRing = new Map<Ring, number>();
  readonly #halted = new Set<Ring>();
  readonly #lost = new Set<Ring>();
  readonly #created = new Set<Fence>();
  readonly #lastSignalled = new Map<number, Fence>();
  #rank = 0;
  #calls = 0;
  /** Promise 9. */
  readonly clocks: Clocks;

  /** `now` is the run's clock, in ms. */
  constructor(notes: Notes, now: () => number) {
    super();
    this.#notes = notes;
    this.clocks = new Clocks(notes, now);
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
    this.#ledgers.set(queue, new Ledger(queue));
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
    const fences = given.filter((each) => each instanceof Fence);
    this.#paths.set(job, new Path(job, fences));
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
    const { jobs } = this.#ledgers.get(path.queue)!;
    const last = jobs.at(-1)?.job.seqno ?? 0;
    if (job.seqno !== last + 1)
      this.#notes.broken(2, `${path.name} (${job.seqno}) is pushed after ${last} of ${path.queue.name}`);
    jobs.push(path);
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

  override jobTimedOut(job: Job): void {
    super.jobTimedOut(job);
    const path = this.#of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is out of time`);
    if (!path.running) this.#notes.broken(9, `${path.name} is judged, and doesn't run`);
    this.clocks.judged(path.queue, job);
  }

  override jobTakenBack(job: Job): void {
    super.jobTakenBack(job);
    const path = this.#of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is put back, to be run again`);
    path.takenBack++;
    // Q26.
    if (!path.running || !path.idempotent) this.#notes.broken(12, `${path.name} may not be run again, and is put back`);
    else this.#leaves(path);
    path.waiting = true;
    this.#ledgers.get(path.queue)?.rewind();
  }

  override ringHalted(ring: Ring, guilty: Job | null): void {
    super.ringHalted(ring, guilty);
    this.#notes.tell?.(`ring ${ring.name} is halted${guilty === null ? "" : ` on account of ${this.#name(guilty)}`}`);
    this.#halted.add(ring);
  }

  override ringResumed(ring: Ring): void {
    super.ringResumed(ring);
    this.#notes.tell?.(`ring ${ring.name} goes on`);
    this.#halted.delete(ring);
  }

  override jobCancelled(job: Job, reason: CancelReason): void {
    super.jobCancelled(job, reason);
    this.#notes.tell?.(`${this.#name(job)} is cancelled (${reason.kind})`);
    const path = this.#of(job);
    if (path === undefined || path.takenBack === 0) return;
    // Its driver has run it, and isn't told: promise 3.
    path.waiting = false;
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
    this.clocks.started(path.queue, job, path.name);
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
    if (queue.ring.lost) this.#notes.broken(8, `${path.name} runs on ring ${queue.ring.name}, which is lost`);
    if (this.#halted.has(queue.ring))
      this.#notes.broken(12, `${path.name} runs on ring ${queue.ring.name}, which is being reset`);
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
    if (path.held > 0 && !path.orphaned && !path.queue.ring.lost)
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

  /** `driver.closeQueue` is called: promise 8, once, when nothing of the queue is left. */
  closing(queue: JobQueue): void {
    this.#notes.tell?.(`the device is asked to let go of queue ${queue.name}`);
    const ledger = this.#ledgers.get(queue);
    if (ledger === undefined) return;
    ledger.closings++;
    if (ledger.closings > 1) this.#notes.broken(8, `the device is asked ${ledger.closings} times for ${queue.name}`);
    if (insideDelivery()) this.#notes.broken(8, `the device is asked for ${queue.name} inside a section`);
    if (queue.ring.lost || this.#halted.has(queue.ring))
      this.#notes.broken(8, `a device that is lost, or being reset, is asked to let go of queue ${queue.name}`);
    for (const { name, releases } of ledger.jobs)
      if (releases === 0) this.#notes.broken(8, `the device is asked for ${queue.name}, and ${name} is not released`);
  }

  /** `driver.releaseQueue` is called: once, of a queue that is inactive. */
  queueReleased(queue: JobQueue): void {
    this.#notes.tell?.(`queue ${queue.name} is released`);
    const ledger = this.#ledgers.get(queue);
    if (ledger === undefined) return;
    ledger.releases++;
    if (ledger.releases > 1 || !ledger.closed)
      this.#notes.broken(8, `queue ${queue.name} is released ${ledger.releases} times, while it is ${queue.state}`);
    if (insideDelivery()) this.#notes.broken(8, `queue ${queue.name} is released inside a section`);
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
      if (ring.lost && !this.#lost.has(ring)) this.#losing(ring);
    }
    this.checkReset();
    this.clocks.check();
  }

  /** After each step, and before a device that is reset says anything more: nothing runs there, whatever its queue's state (promise 12). */
  checkReset(): void {
    for (const ring of this.#halted) {
      const count = this.#onRing.get(ring)!;
      if (count > 0) this.#notes.broken(12, `ring ${ring.name} is being reset, and ${count} of its jobs run`);
    }
  }

  /** When nothing is left to happen. */
  checkEnd(): void {
    for (const path of this.#paths.values()) {
      const { name, pushed, published, runs, cancels, signals, releases, completions, takenBack } = path;
      const expected = pushed || published ? 1 : 0;
      if (signals !== expected)
        this.#notes.broken(1, `${name} was ${published ? "" : "not "}published, and has signalled ${signals} times`);
      const fate = Math.min(runs, 1) + cancels;
      if (fate !== expected || runs > 1 + takenBack)
        this.#notes.broken(3, `${name} was run ${runs} times and cancelled ${cancels} times`);
      // What was put back and then killed doesn't run again.
      if (runs - takenBack !== completions && (completions > 0 || runs !== takenBack))
        this.#notes.broken(
          5,
          `${name} was run ${runs} times, put back ${takenBack}, and completed ${completions} times`,
        );
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

  // The ring was lost in this step.
  #losing(ring: Ring): void {
    this.#lost.add(ring);
    this.#halted.delete(ring);
    for (const path of this.#paths.values()) {
      if (path.pushed && path.queue.ring === ring && path.signals === 0)
        this.#notes.broken(12, `ring ${ring.name} is lost, and ${path.name} has not signalled`);
    }
  }

  #begins(job: Job, what: string): Path | undefined {
    const path = this.#of(job);
    if (path === undefined) return undefined;
    if (!insideDelivery()) this.#notes.broken(6, `${path.name} ${what} outside a section`);
    if (!path.published) this.#notes.broken(3, `${path.name} ${what}, and was not published`);
    if (path.runs + path.cancels > path.takenBack)
      this.#notes.broken(3, `${path.name} ${what} after ${path.runs} runs and ${path.cancels} cancels`);
    const { next } = this.#ledgers.get(path.queue)!;
    if (next !== path)
      this.#notes.broken(
        2,
        `${path.name} ${what}, and it is the turn of ${next?.name ?? "none"} of ${path.queue.name}`,
      );
    path.waiting = false;
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
    this.clocks.ended(path.queue, path.job);
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
