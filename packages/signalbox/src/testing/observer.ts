/**
 * The observer: watches everything that the core does through its hooks, and says which promise was broken, where.
 *
 * States: watching -> stopped. While it watches it takes the tracer's place and passes each event on to the tracer that was
 * there before.
 *
 * It checks promises 1 to 5 and 8 of the design for every job that is published while it watches: one signal each, in seqno
 * order; `run` or `cancel`, once; dependencies first; credits within the limit and back; released after the signal, never before.
 */
import type { CancelReason } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import { isLater } from "../fence/order.ts";
import { hooks } from "../hooks.ts";
import { PassingTracer } from "../passing-tracer.ts";
import type { Job } from "../queue/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";

interface Path {
  readonly name: string;
  readonly dependencies: Fence[];
  starts: number;
  takenBack: number;
  cancels: number;
  signals: number;
  releases: number;
}

/** What was seen of the jobs while an observer watched. */
export interface Observation {
  /** Jobs that were published. */
  readonly published: number;
  /** Jobs whose fences have signalled. */
  readonly signalled: number;
  /** One sentence for each promise that was broken, with its number; empty when all were kept. */
  readonly violations: readonly string[];
}

/** Watches; made by {@link observe}. */
export class Observer extends PassingTracer {
  readonly #paths = new Map<Fence, Path>();
  readonly #lastSignalled = new Map<number, Fence>();
  readonly #violations: string[] = [];

  /** What was seen so far. Every job that was published must have signalled by `final`. */
  report(final: boolean): Observation {
    const paths = [...this.#paths.values()];
    const violations = [...this.#violations];
    if (final) {
      for (const path of paths) {
        if (path.signals !== 1) violations.push(`Promise 1: ${path.name} signalled ${path.signals} times`);
        if (path.starts - path.takenBack + path.cancels !== 1) {
          const again = path.takenBack > 0 ? `, taken back ${path.takenBack} times` : "";
          violations.push(
            `Promise 3: ${path.name} was run ${path.starts} times${again} and cancelled ${path.cancels} times`,
          );
        }
      }
    }
    return { published: paths.length, signalled: paths.filter((path) => path.signals > 0).length, violations };
  }

  override jobArmed(job: Job): void {
    super.jobArmed(job);
    this.#paths.set(job, {
      name: job.label,
      dependencies: [],
      starts: 0,
      takenBack: 0,
      cancels: 0,
      signals: 0,
      releases: 0,
    });
  }

  override jobDependency(job: Job, dependency: Fence): void {
    super.jobDependency(job, dependency);
    this.#paths.get(job)?.dependencies.push(dependency);
  }

  override jobStarted(job: Job): void {
    super.jobStarted(job);
    const path = this.#paths.get(job);
    if (path === undefined) return;
    path.starts++;
    for (const fence of path.dependencies) {
      if (!fence.signalled)
        this.#broken(4, `${path.name} runs before its dependency ${fence.timelineName}:${fence.seqno}`);
    }
    path.dependencies.length = 0;
    const { creditsInFlight, credits, name } = job.queue;
    if (creditsInFlight > credits || creditsInFlight < 0)
      this.#broken(5, `queue "${name}" has ${creditsInFlight} of ${credits} credits in flight`);
  }

  override jobCancelled(job: Job, reason: CancelReason): void {
    super.jobCancelled(job, reason);
    const path = this.#paths.get(job);
    if (path !== undefined) path.cancels++;
  }

  override fenceSignalled(fence: Fence): void {
    super.fenceSignalled(fence);
    const path = this.#paths.get(fence);
    if (path === undefined) return;
    path.signals++;
    const last = this.#lastSignalled.get(fence.context);
    if (last !== undefined && !isLater(fence, last))
      this.#broken(2, `${path.name} (${fence.seqno}) signals after ${last.seqno} of its timeline`);
    this.#lastSignalled.set(fence.context, fence);
  }

  override jobReleased(job: Job): void {
    super.jobReleased(job);
    const path = this.#paths.get(job);
    if (path === undefined) return;
    path.releases++;
    if (path.signals !== 1 || path.releases !== 1)
      this.#broken(8, `${path.name} is released ${path.releases} times, after ${path.signals} signals`);
  }

  override queueClosed(queue: JobQueue): void {
    super.queueClosed(queue);
    if (queue.creditsInFlight !== 0)
      this.#broken(5, `queue "${queue.name}" is inactive with ${queue.creditsInFlight} credits in flight`);
  }

  // A retry is one more start, and the only reason for one.
  override jobTakenBack(job: Job): void {
    super.jobTakenBack(job);
    const path = this.#paths.get(job);
    if (path !== undefined) path.takenBack++;
  }

  #broken(promise: number, sentence: string): void {
    this.#violations.push(`Promise ${promise}: ${sentence}`);
  }
}

/**
 * Watches while the body runs, and answers what was seen; throws an Error with every violation if a promise was broken.
 * Jobs published before, or by others meanwhile, are watched too: run one at a time.
 *
 * @example `const { published } = await observe(() => developEverything());`
 */
export async function observe(body: () => Promise<void>): Promise<Observation> {
  const before = hooks.tracer;
  const observer = new Observer();
  hooks.tracer = observer;
  try {
    await body();
  } finally {
    hooks.tracer = before;
  }
  const observation = observer.report(true);
  if (observation.violations.length > 0) throw new Error(observation.violations.join("\n"));
  return observation;
}
