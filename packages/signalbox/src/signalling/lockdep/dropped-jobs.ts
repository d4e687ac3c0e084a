/**
 * Jobs that were made and dropped, and that nobody ever tried to submit: found when the collector takes them.
 *
 * States of a job: made in this turn -> offered to a submission (not looked at any more, whatever became of that) or, when the turn is
 * over, watched -> offered, or collected. When something is refused that makes jobs or puts them together, all of this turn count as
 * offered: the exception most probably went past the code that would have submitted them. It is told of if its queue still takes jobs: of one that was ended with jobs not submitted
 * nobody expects anything, nor of one that was dropped itself.
 *
 * Invariants:
 * - Nothing here keeps a job or its queue alive beyond the turn in which the job was made. (Most are submitted in that turn, and never
 *   watched: that is the dear part.)
 * - No more than `JOBS` are noted at once: a program that has more to submit has the rest of them unwatched.
 * - Of a turn that makes many jobs, only the first `SITES` are told of with their places: a place costs several times what a job does.
 * - Each place is told of once. What has no place is told of once for each name of a queue, and for no more than `NAMES` of them:
 *   labels, and names, may be as many as there are jobs.
 */
import { FRESH } from "../../fence/state.ts";
import { realPlatform } from "../../platform/real.ts";
import type { Job } from "../../queue/job.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { Findings } from "./findings.ts";
import { KeptSites } from "./kept-sites.ts";
import { step } from "./report.ts";
import type { Site } from "./site.ts";

/** How many are noted at once. */
const JOBS = 10_000;
/** Of how many jobs of one turn it is noted where they were made. */
const SITES = 64;
/** How deep their stacks go: there are many. */
const DEPTH = 12;
/** Of how many names of queues it is remembered that a job without a place was told of. */
const NAMES = 100;

interface Notes {
  readonly name: string;
  readonly queueName: string;
  readonly queue: WeakRef<JobQueue>;
  readonly site: Site | null;
}

export class DroppedJobs {
  readonly #findings: Findings;
  readonly #sites = new KeptSites();
  /** Made in this turn. */
  readonly #fresh = new Map<Job, Site | null>();
  readonly #watched = new WeakMap<Job, Notes>();
  readonly #gone = new FinalizationRegistry<Notes>((notes) => this.#collected(notes));
  readonly #again = new FinalizationRegistry<Notes>((notes) => this.#lost(notes));
  /** The queues of which a job without a place was told of, by name. */
  readonly #named = new Set<string>();
  #noted = 0;
  #sitesLeft = SITES;
  #coming = false;
  #over = false;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Tells of nothing any more. */
  end(): void {
    this.#over = true;
    this.#fresh.clear();
  }

  made(job: Job): void {
    if (this.#noted >= JOBS) return;
    this.#noted++;
    this.#fresh.set(job, this.#sitesLeft-- > 0 ? this.#sites.take(DEPTH) : null);
    if (this.#coming) return;
    this.#coming = true;
    realPlatform.macrotask(() => this.#turnIsOver());
  }

  /** Somebody tries to submit them. */
  offered(jobs: readonly Job[] | Job | null): void {
    if (jobs === null) return;
    if (!Array.isArray(jobs)) this.#offered(jobs as Job);
    else for (const job of jobs as readonly Job[]) this.#offered(job);
  }

  /** Its program was told that it can't be had, or used so; and so all that it made in this turn may be given up with it. */
  refused(job: Job | null): void {
    if (job !== null) this.#offered(job);
    for (const site of this.#fresh.values()) this.#forget(site);
    this.#fresh.clear();
  }

  #offered(job: Job): void {
    const site = this.#fresh.get(job);
    if (site !== undefined) {
      this.#fresh.delete(job);
      this.#forget(site);
      return;
    }
    const notes = this.#watched.get(job);
    if (notes === undefined) return;
    this.#watched.delete(job);
    this.#gone.unregister(notes);
    this.#forget(notes.site);
  }

  #forget(site: Site | null): void {
    this.#noted--;
    this.#sites.drop(site);
  }

  #turnIsOver(): void {
    this.#coming = false;
    this.#sitesLeft = SITES;
    for (const [job, site] of this.#fresh) {
      const { _queue: queue, _state: state, _label: label, queueName } = job;
      if (queue === null || state !== FRESH) {
        this.#forget(site);
        continue;
      }
      const name = label === undefined ? `A job of [Queue "${queueName}"]` : `[Job "${label}" of queue "${queueName}"]`;
      const notes: Notes = { name, queueName, queue: new WeakRef(queue), site };
      this.#watched.set(job, notes);
      this.#gone.register(job, notes, notes);
    }
    this.#fresh.clear();
  }

  // To look for its queue now would not do: whatever has looked at that in this turn keeps it for as long, and a collection that took the
  // job may have had to leave the queue. So that is done when the collector comes round once more.
  #collected(notes: Notes): void {
    this.#forget(notes.site);
    if (!this.#over) this.#again.register({}, notes);
  }

  #lost({ name, queueName, queue, site }: Notes): void {
    if (this.#over || queue.deref()?._usable !== true || !this.#firstTime(queueName, site)) return;
    this.#findings.tell({
      rule: "leak-job",
      message: `${name} was dropped and never submitted`,
      context: null,
      chains: [{ title: "before", steps: [step("it was made", site)] }],
    });
  }

  #firstTime(queueName: string, site: Site | null): boolean {
    if (site !== null && site.frames.length > 0) return this.#findings.firstTime(["leak-job"], site);
    if (this.#named.has(queueName) || this.#named.size >= NAMES) return false;
    this.#named.add(queueName);
    return true;
  }
}
