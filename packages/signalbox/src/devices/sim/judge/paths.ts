/**
 * The paths of jobs: promises 1 to 5, 8, 11 and 12, by what the core's hooks tell (here), and by what the driver is called for (calls.ts).
 *
 * It counts for itself, in its books: credits, jobs on a ring, who holds what. What the core says of that is compared after each step
 * (balance.ts).
 */
import type { CancelReason } from "../../../driver.ts";
import { Fence } from "../../../fence/fence.ts";
import { isLater } from "../../../fence/order.ts";
import { PassingTracer } from "../../../passing-tracer.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Ring } from "../../../queue/ring.ts";
import { Balance } from "./balance.ts";
import { Books } from "./books.ts";
import { Calls } from "./calls.ts";
import type { Clocks } from "./clocks.ts";
import { isJobList } from "./lists.ts";
import { Ledger, Path } from "./records.ts";
import type { Notes } from "./verdict.ts";

export class Paths extends PassingTracer {
  readonly #books: Books;
  readonly #notes: Notes;
  readonly #lastSignalled = new Map<number, Fence>();
  #rank = 0;
  #published: Path[] = [];
  /** To be told what the driver is called for. */
  readonly calls: Calls;
  /** To be asked after each step. */
  readonly balance: Balance;

  /** `now` is the run's clock, in ms. */
  constructor(notes: Notes, now: () => number) {
    super();
    this.#notes = notes;
    this.#books = new Books(notes, now);
    this.calls = new Calls(this.#books);
    this.balance = new Balance(this.#books);
  }

  /** Promise 9. */
  get clocks(): Clocks {
    return this.#books.clocks;
  }

  /** A job must wait for this fence, as its scenario has it, however it was told to. */
  expect(job: Job, fence: Fence): void {
    this.#books.of(job)?.dependencies.push(fence);
  }

  /** Answers what was published since it was asked last. */
  takePublished(): readonly Path[] {
    const published = this.#published;
    if (published.length > 0) this.#published = [];
    return published;
  }

  override ringOpened(ring: Ring): void {
    super.ringOpened(ring);
    this.#books.onRing.set(ring, 0);
  }

  override queueOpened(queue: JobQueue): void {
    super.queueOpened(queue);
    this.#books.ledgers.set(queue, new Ledger(queue));
  }

  override queueClosed(queue: JobQueue): void {
    super.queueClosed(queue);
    this.#notes.tell?.(`queue ${queue.name} is inactive`);
    const ledger = this.#books.ledgers.get(queue);
    if (ledger !== undefined) ledger.closed = true;
    for (const path of this.#books.paths.values()) {
      if (path.queue === queue && path.pushed && path.releases === 0)
        this.#notes.broken(8, `queue ${queue.name} is inactive, and ${path.name} is not released`);
    }
  }

  override fenceCreated(fence: Fence): void {
    super.fenceCreated(fence);
    this.#books.created.add(fence);
  }

  override jobMade(job: Job): void {
    super.jobMade(job);
    const { after } = job.spec;
    const given = after === undefined ? [] : isJobList(after) ? after : [after];
    const fences = given.filter((each) => each instanceof Fence);
    this.#books.paths.set(job, new Path(job, fences));
  }

  override jobArmed(job: Job): void {
    super.jobArmed(job);
    const path = this.#books.of(job);
    if (path !== undefined) path.rank = ++this.#rank;
  }

  override jobDependency(job: Job, dependency: Fence): void {
    super.jobDependency(job, dependency);
    const path = this.#books.of(job);
    if (path === undefined) return;
    path.dependencies.push(dependency);
    const other = this.#books.paths.get(dependency);
    // Promise 11: a job can only wait for what was armed before it.
    if (other !== undefined && (other.rank === 0 || other.rank >= path.rank))
      this.#notes.broken(11, `${path.name} waits for ${other.name}, which was not armed before it`);
  }

  override jobPushed(job: Job): void {
    super.jobPushed(job);
    const path = this.#books.of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is pushed as ${job.queueName}:${job.seqno}`);
    if (path.pushed) this.#notes.broken(3, `${path.name} is pushed twice`);
    if (this.#books.ledgers.get(path.queue)?.closed === true)
      this.#notes.broken(8, `${path.name} is pushed to queue ${path.queue.name}, which is inactive`);
    path.pushed = true;
    const { jobs } = this.#books.ledgers.get(path.queue)!;
    const last = jobs.at(-1)?.job.seqno ?? 0;
    if (job.seqno !== last + 1)
      this.#notes.broken(2, `${path.name} (${job.seqno}) is pushed after ${last} of ${path.queue.name}`);
    jobs.push(path);
  }

  override jobPublished(job: Job): void {
    super.jobPublished(job);
    const path = this.#books.of(job);
    if (path === undefined) return;
    if (path.published) this.#notes.broken(1, `${path.name} is published twice`);
    if (!path.pushed) this.#notes.broken(1, `${path.name} is published before it is pushed`);
    path.published = true;
    this.#published.push(path);
  }

  override jobBlocked(job: Job, blocker: Fence | null): void {
    super.jobBlocked(job, blocker);
    const on = blocker === null ? "credits" : `${blocker.timelineName}:${blocker.seqno}`;
    this.#notes.tell?.(`${this.#books.name(job)} waits for ${on}`);
  }

  override jobCompleted(job: Job): void {
    super.jobCompleted(job);
    const path = this.#books.of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is complete${job._error === 0 ? "" : ` with ${job._error}`}`);
    path.completions++;
    if (path.completions > 1 || !path.running)
      this.#notes.broken(5, `${path.name} completes ${path.completions} times`);
    else this.#books.leaves(path);
  }

  override jobTimedOut(job: Job): void {
    super.jobTimedOut(job);
    const path = this.#books.of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is out of time`);
    if (!path.running) this.#notes.broken(9, `${path.name} is judged, and doesn't run`);
    this.#books.clocks.judged(path.queue, job);
  }

  override jobTakenBack(job: Job): void {
    super.jobTakenBack(job);
    const path = this.#books.of(job);
    if (path === undefined) return;
    this.#notes.tell?.(`${path.name} is put back, to be run again`);
    path.takenBack++;
    // Q26.
    if (!path.running || !path.idempotent) this.#notes.broken(12, `${path.name} may not be run again, and is put back`);
    else this.#books.leaves(path);
    path.waiting = true;
    this.#books.ledgers.get(path.queue)?.rewind();
  }

  override ringHalted(ring: Ring, guilty: Job | null): void {
    super.ringHalted(ring, guilty);
    this.#notes.tell?.(
      `ring ${ring.name} is halted${guilty === null ? "" : ` on account of ${this.#books.name(guilty)}`}`,
    );
    this.#books.halted.add(ring);
  }

  override ringResumed(ring: Ring): void {
    super.ringResumed(ring);
    this.#notes.tell?.(`ring ${ring.name} goes on`);
    this.#books.halted.delete(ring);
  }

  override jobCancelled(job: Job, reason: CancelReason): void {
    super.jobCancelled(job, reason);
    this.#notes.tell?.(`${this.#books.name(job)} is cancelled (${reason.kind})`);
    const path = this.#books.of(job);
    if (path === undefined || path.takenBack === 0) return;
    // Its driver has run it, and isn't told: promise 3.
    path.waiting = false;
  }

  override fenceSignalled(fence: Fence): void {
    super.fenceSignalled(fence);
    const path = this.#books.paths.get(fence);
    const name = path?.name ?? `${fence.timelineName}:${fence.seqno}`;
    this.#notes.tell?.(`${name} signals${fence.error === 0 ? "" : ` with ${fence.error}`}`);
    this.#books.created.delete(fence);
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
}
