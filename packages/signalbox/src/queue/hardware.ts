/**
 * The hardware side of a queue: follows the fences that its device gave for a job, to the job's completion.
 *
 * A queue of width 1 takes one plain fence. One of width n is for multi-ring jobs (B3, Q40): each goes to n rings of the
 * device, which gives one fence for each of them; the job is complete when all have signalled.
 *
 * Invariants:
 * - Q2: what a queue follows is always of the same timelines, n of them, so that a driver can't turn their order upside down; a
 *   container hides its timelines, and is refused where one fence is asked for.
 * - A driver's wrong answer fails that job alone, and changes nothing here.
 * - The first error among the n wins, and the job is not complete before the last of them: the device holds it until then.
 * - A job that is over, however it came to its end, is on none of them any more: a lost device may never signal them.
 */
import { SignalboxError } from "../errors.ts";
import { Fence } from "../fence/fence.ts";
import { isArray, isContainer } from "../fence/kinds.ts";
import { Registration, SIGNAL } from "../fence/registration.ts";
import type { Signallable } from "../fence/registration.ts";
import { PUBLISHED } from "../fence/state.ts";
import { describe } from "../fence/words.ts";
import { hooks } from "../hooks.ts";
import { RUNNING } from "./job.ts";
import type { Job } from "./job.ts";

export class HardwareSide {
  readonly width: number;
  readonly #driver: string;
  /** The timelines of a multi-ring queue, sorted; null until its first job ran. */
  #contexts: readonly number[] | null = null;
  /** What each running job is followed by; made when the device answers a fence for the first time. */
  #links: Map<Job, readonly Registration[]> | null = null;

  constructor(width: number, driver: string) {
    this.width = width;
    this.#driver = driver;
  }

  // SIGNALLING: registers, and no more; throws EINVAL for an answer that makes no sense, and then follows nothing.
  follow(job: Job, answer: unknown): void {
    const fences = this.width === 1 ? [this.#checkOne(job, answer)] : this.#checkAll(job, answer);
    if (job._stage !== RUNNING) return; // Completed by `run` itself.
    if (hooks.lockdep !== null) for (const fence of fences) hooks.lockdep.dependsOn(job, fence, "hardware");
    const target: Signallable = this.width === 1 ? job : new RingJoin(job, fences.length);
    const links = fences.map(() => new Registration(SIGNAL, target, 0));
    (this.#links ??= new Map()).set(job, links);
    for (const [index, fence] of fences.entries()) {
      if (!fence._register(links[index]!)) target._signalFrom(fence);
      if ((job._stage as number) === RUNNING) continue;
      // The issuer, told of the wait, may have lost the device, and the registration came after that.
      cancelAll(links);
      return;
    }
  }

  /** The job is over: it follows nothing any more. */
  letGo(job: Job): void {
    if (this.#links === null) return;
    cancelAll(this.#links.get(job) ?? []);
    this.#links.delete(job);
  }

  /** F28: passes a hint on to the fences that the device gave for this job. */
  hurry(job: Job, time: number): void {
    for (const link of this.#links?.get(job) ?? []) link._fence?.setDeadline(time);
  }

  #checkOne(job: Job, answer: unknown): Fence {
    if (Array.isArray(answer))
      throw this.#wrong(
        `${answer.length} fences, and queue "${job.queueName}" is of width 1 (\`queue(name, { width })\`)`,
      );
    if (!(answer instanceof Fence)) throw this.#wrong(`"${String(answer)}" instead of "pending", "done" or a fence`);
    this.#checkMember(job, answer);
    return answer;
  }

  #checkAll(job: Job, answer: unknown): readonly Fence[] {
    const fences = answer instanceof Fence && isArray(answer) && !answer.any ? answer.fences : answer;
    if (!isList(fences) || fences.length !== this.width) {
      const what = isList(fences)
        ? `${fences.length} fences`
        : fences instanceof Fence
          ? "one fence"
          : `"${String(fences)}"`;
      throw this.#wrong(`${what} where queue "${job.queueName}" is of width ${this.width}`);
    }
    const members = fences.map((fence) => {
      if (!(fence instanceof Fence)) throw this.#wrong(`a list with "${String(fence)}" in it`);
      this.#checkMember(job, fence);
      return fence;
    });
    this.#checkContexts(members);
    return members;
  }

  #checkMember(job: Job, fence: Fence): void {
    if (isContainer(fence)) {
      throw this.#wrong(`a container (${fence.kind} ${describe(fence)}) where it owes the plain fence of one ring`);
    }
    if (fence._state < PUBLISHED || (fence._timeline === job._timeline && fence._seqno >= job._seqno)) {
      throw this.#wrong(`fence ${describe(fence)}, which can't signal before the job itself has`);
    }
  }

  #checkContexts(fences: readonly Fence[]): void {
    const contexts = fences.map(({ context }) => context).sort((a, b) => a - b);
    const known = (this.#contexts ??= contexts);
    if (known.every((context, index) => context === contexts[index])) return;
    const names = fences.map(describe).join(", ");
    throw this.#wrong(`${names}: other timelines than for the jobs before, and the rings of a queue stay the same`);
  }

  #wrong(what: string): SignalboxError {
    return new SignalboxError("EINVAL", `Driver "${this.#driver}" answered ${what}`);
  }
}

function isList(answer: unknown): answer is readonly unknown[] {
  return Array.isArray(answer);
}

function cancelAll(links: readonly Registration[]): void {
  for (const link of links) link.cancel();
}

/** The n ends of one multi-ring job, as one. */
class RingJoin implements Signallable {
  readonly #job: Job;
  #left: number;
  #failed: Fence | null = null;

  constructor(job: Job, count: number) {
    this.#job = job;
    this.#left = count;
  }

  // SIGNALLING: counts; the last one completes the job.
  _signalFrom(fence: Fence): void {
    if (fence._error !== 0) this.#failed ??= fence;
    this.#left--;
    if (this.#left === 0) this.#job._signalFrom(this.#failed ?? fence);
  }
}
