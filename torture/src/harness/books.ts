/**
 * The books of one round: what was submitted to which queue, and how it may end; checked when everything is over.
 *
 * States: open (jobs and queues are entered) -> closed by `wrong()`, which says what doesn't add up.
 *
 * What it checks, beside what `observe()` of signalbox/testing watches (promises 1 to 5 and 8): each fence has signalled, each queue is
 * inactive with pushed = done + failed + cancelled, each job is counted once, and each ended as it may: with the right result, or with an
 * error that its kind of job, or a fault that there was, accounts for.
 */
import { inspect } from "node:util";
import type { ErrorCode, Job, JobQueue, JobSpec } from "signalbox";

/** How a job may end. */
export interface Ending {
  /** The errors that it may end with whatever else happens; none if left out. */
  readonly may?: readonly ErrorCode[];
  /** It must not succeed. */
  readonly fails?: boolean;
  /** Whether its result is right. */
  readonly right?: (result: unknown) => boolean;
}

/** What came of the jobs of a round. */
export interface Totals {
  submitted: number;
  done: number;
  failed: number;
  cancelled: number;
  queues: number;
}

type AnyJob<Spec extends JobSpec> = Job<unknown, Spec>;

interface Entry<Spec extends JobSpec> {
  readonly job: AnyJob<Spec>;
  readonly kind: string;
  readonly ending: Ending;
}

export class Books<Spec extends JobSpec> {
  readonly #entries: Entry<Spec>[] = [];
  readonly #queues = new Map<JobQueue<Spec>, number>();
  /** Errors that a fault of this round may have given to any job. */
  readonly #hazards = new Set<ErrorCode>();

  /** A queue was opened. */
  opened(queue: JobQueue<Spec>): void {
    this.#queues.set(queue, 0);
  }

  /** From now on any job may end with this. */
  hazard(...codes: readonly ErrorCode[]): void {
    for (const code of codes) this.#hazards.add(code);
  }

  /** A job was submitted. Call it with the queue that the job was made on: the job forgets it when it is released. */
  submitted(queue: JobQueue<Spec>, job: AnyJob<Spec>, kind: string, ending: Ending): void {
    this.#entries.push({ job, kind, ending });
    this.#queues.set(queue, (this.#queues.get(queue) ?? 0) + 1);
  }

  /** What has not signalled yet. */
  outstanding(): readonly AnyJob<Spec>[] {
    return this.#entries.filter(({ job }) => !job.signalled).map(({ job }) => job);
  }

  /** The sums of all queues. */
  totals(): Totals {
    const totals: Totals = { submitted: this.#entries.length, done: 0, failed: 0, cancelled: 0, queues: 0 };
    for (const { stats } of this.#queues.keys()) {
      totals.done += stats.done;
      totals.failed += stats.failed;
      totals.cancelled += stats.cancelled;
      totals.queues++;
    }
    return totals;
  }

  /** One sentence for each thing that is not as it must be when all is over. */
  wrong(): string[] {
    const wrong: string[] = [];
    for (const [queue, count] of this.#queues) {
      const { pushed, done, failed, cancelled } = queue.stats;
      const sums = `${count} submitted, ${pushed} pushed, ${done} done, ${failed} failed, ${cancelled} cancelled`;
      if (count !== pushed || pushed !== done + failed + cancelled) {
        wrong.push(`[Queue "${queue.name}"] doesn't add up: ${sums}`);
      }
      if (queue.state !== "inactive" && queue.state !== "released") {
        wrong.push(`[Queue "${queue.name}"] is ${queue.state}: ${sums}`);
      }
    }
    for (const entry of this.#entries) {
      const problem = this.#problem(entry);
      if (problem !== undefined) wrong.push(`[Job "${entry.job.label}"], which ${entry.kind}: ${problem}`);
    }
    return wrong;
  }

  #problem({ job, ending }: Entry<Spec>): string | undefined {
    if (!job.signalled) return `its fence never signalled, and it is ${job.stage}`;
    if (job.stage !== "released") return `it has signalled, and is ${job.stage}`;
    const failure = job.failure();
    if (failure === undefined) {
      if (ending.fails === true) return "it succeeded";
      return isRight(ending, job.result) ? undefined : `its result is wrong: ${show(job.result)}`;
    }
    const { code } = failure;
    const known = ending.may?.includes(code as ErrorCode) === true || this.#hazards.has(code as ErrorCode);
    return known ? undefined : `it ended with ${code}, which nothing accounts for: ${String(failure)}`;
  }
}

function isRight({ right }: Ending, result: unknown): boolean {
  try {
    return right?.(result) !== false;
  } catch {
    return false;
  }
}

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  return inspect(value, { breakLength: Infinity });
}
