/** What a judge has written down of a run: its jobs, its queues and its rings. Those that watch write here, and compare. */
import type { Fence } from "../../../fence/fence.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Ring } from "../../../queue/ring.ts";
import { Clocks } from "./clocks.ts";
import type { Ledger, Path } from "./records.ts";
import type { Notes } from "./verdict.ts";

export class Books {
  readonly notes: Notes;
  readonly paths: Map<Fence, Path> = new Map<Fence, Path>();
  readonly ledgers: Map<JobQueue, Ledger> = new Map<JobQueue, Ledger>();
  /** How many jobs each ring has. */
  readonly onRing: Map<Ring, number> = new Map<Ring, number>();
  /** Those that are being reset. */
  readonly halted: Set<Ring> = new Set<Ring>();
  /** The fences that were made and have not signalled. */
  readonly created: Set<Fence> = new Set<Fence>();
  /** Promise 9. */
  readonly clocks: Clocks;

  /** `now` is the run's clock, in ms. */
  constructor(notes: Notes, now: () => number) {
    this.notes = notes;
    this.clocks = new Clocks(notes, now);
  }

  /** What is known of a job; that nobody has made it breaks promise 3. */
  of(job: Job): Path | undefined {
    const path = this.paths.get(job);
    if (path === undefined) this.notes.broken(3, `nobody has made ${job.queueName}:${job.seqno}`);
    return path;
  }

  name(fence: Fence): string {
    return this.paths.get(fence)?.name ?? `${fence.timelineName}:${fence.seqno}`;
  }

  /** The job leaves its ring: it is complete, or put back. */
  leaves(path: Path): void {
    path.running = false;
    this.clocks.ended(path.queue, path.job);
    this.ledgers.get(path.queue)!.credits -= path.job.cost;
    this.onRing.set(path.queue.ring, this.onRing.get(path.queue.ring)! - 1);
  }
}
