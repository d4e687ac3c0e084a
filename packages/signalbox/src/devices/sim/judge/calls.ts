/** What a driver is called for: promises 3 to 6, 8 and 12 where it runs, cancels and releases jobs, and lets go of queues. */
import type { CancelReason } from "../../../driver.ts";
import { insideDelivery } from "../../../fence/delivery.ts";
import type { Fence } from "../../../fence/fence.ts";
import { isContainer } from "../../../fence/kinds.ts";
import { leaves } from "../../../fence/unwrap.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Books } from "./books.ts";
import type { Path } from "./records.ts";
import type { Notes } from "./verdict.ts";

/** Told by a driver that is watched (watched-driver.ts), and by the device of what it holds. */
export class Calls {
  readonly #books: Books;
  readonly #notes: Notes;
  #calls = 0;

  constructor(books: Books) {
    this.#books = books;
    this.#notes = books.notes;
  }

  /** `driver.run` is called. */
  ran(job: Job, overlaps: boolean): void {
    const path = this.#begins(job, "runs");
    if (path === undefined) return;
    path.runs++;
    path.running = true;
    this.#books.clocks.started(path.queue, job, path.name);
    this.#expectDependencies(path, overlaps);
    const { queue } = path;
    this.#notes.tell?.(`${path.name} starts on ${queue.ring.name}`);
    const ledger = this.#books.ledgers.get(queue)!;
    ledger.credits += job.cost;
    if (ledger.credits > queue.credits)
      this.#notes.broken(5, `queue ${queue.name} has ${ledger.credits} of ${queue.credits} credits in flight`);
    const count = this.#books.onRing.get(queue.ring)! + 1;
    this.#books.onRing.set(queue.ring, count);
    if (count > queue.ring.slots)
      this.#notes.broken(5, `ring ${queue.ring.name} has ${count} jobs in ${queue.ring.slots} slots`);
    if (ledger.closed) this.#notes.broken(8, `${path.name} runs on queue ${queue.name}, which is inactive`);
    if (queue.ring.lost) this.#notes.broken(8, `${path.name} runs on ring ${queue.ring.name}, which is lost`);
    if (this.#books.halted.has(queue.ring))
      this.#notes.broken(12, `${path.name} runs on ring ${queue.ring.name}, which is being reset`);
  }

  /** `driver.cancel` is called. */
  cancelled(job: Job, reason: CancelReason, overlaps: boolean): void {
    const runs = this.#books.paths.get(job)?.runs ?? 0;
    if (runs > 0) this.#notes.broken(3, `${job.label} is cancelled, and was run ${runs} times`);
    const path = this.#begins(job, "is cancelled");
    if (path === undefined) return;
    path.cancels++;
    if (path.signals > 0) this.#notes.broken(3, `${path.name} is cancelled after it has signalled`);
    // X1: also what is killed waits for what it depends on; only a lost device waits for nothing.
    if (reason.kind !== "lost") this.#expectDependencies(path, overlaps);
  }

  /** `driver.release` is called. */
  released(job: Job): void {
    const path = this.#books.of(job);
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
    const path = this.#books.of(job);
    if (path !== undefined) path.held += by;
  }

  /** The driver is about to say that the job failed, and the device has it. */
  orphaned(job: Job): void {
    const path = this.#books.of(job);
    if (path !== undefined) path.orphaned = true;
  }

  /** `driver.closeQueue` is called: promise 8, once, when nothing of the queue is left. */
  closing(queue: JobQueue): void {
    this.#notes.tell?.(`the device is asked to let go of queue ${queue.name}`);
    const ledger = this.#books.ledgers.get(queue);
    if (ledger === undefined) return;
    ledger.closings++;
    if (ledger.closings > 1) this.#notes.broken(8, `the device is asked ${ledger.closings} times for ${queue.name}`);
    if (insideDelivery()) this.#notes.broken(8, `the device is asked for ${queue.name} inside a section`);
    if (queue.ring.lost || this.#books.halted.has(queue.ring))
      this.#notes.broken(8, `a device that is lost, or being reset, is asked to let go of queue ${queue.name}`);
    for (const { name, releases } of ledger.jobs)
      if (releases === 0) this.#notes.broken(8, `the device is asked for ${queue.name}, and ${name} is not released`);
  }

  /** `driver.releaseQueue` is called: once, of a queue that is inactive. */
  queueReleased(queue: JobQueue): void {
    this.#notes.tell?.(`queue ${queue.name} is released`);
    const ledger = this.#books.ledgers.get(queue);
    if (ledger === undefined) return;
    ledger.releases++;
    if (ledger.releases > 1 || !ledger.closed)
      this.#notes.broken(8, `queue ${queue.name} is released ${ledger.releases} times, while it is ${queue.state}`);
    if (insideDelivery()) this.#notes.broken(8, `queue ${queue.name} is released inside a section`);
  }

  #begins(job: Job, what: string): Path | undefined {
    const path = this.#books.of(job);
    if (path === undefined) return undefined;
    if (!insideDelivery()) this.#notes.broken(6, `${path.name} ${what} outside a section`);
    if (!path.published) this.#notes.broken(3, `${path.name} ${what}, and was not published`);
    if (path.runs + path.cancels > path.takenBack)
      this.#notes.broken(3, `${path.name} ${what} after ${path.runs} runs and ${path.cancels} cancels`);
    const { next } = this.#books.ledgers.get(path.queue)!;
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
      if (hasSignalled(fence) || (!overlaps && this.#books.paths.get(fence)?.queue === path.queue)) continue;
      this.#notes.broken(4, `${path.name} goes before its dependency ${this.#books.name(fence)}`);
    }
  }
}

// A container follows its members after everything else that is due (F14).
function hasSignalled(fence: Fence): boolean {
  if (fence.state === "signalled") return true;
  return isContainer(fence) && [...leaves(fence)].every((leaf) => leaf.state === "signalled");
}
