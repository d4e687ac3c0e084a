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
 */
import { SignalboxError } from "../errors.ts";
import { Fence } from "../fence/fence.ts";
import { Registration, SIGNAL } from "../fence/registration.ts";
import type { Signallable } from "../fence/registration.ts";
import { PUBLISHED } from "../fence/state.ts";
import { describe } from "../fence/words.ts";
import { isArray, isContainer } from "./flatten.ts";
import type { Job } from "./job.ts";

export class HardwareSide {
  readonly width: number;
  readonly #driver: string;
  /** The timelines of a multi-ring queue, sorted; null until its first job ran. */
  #contexts: readonly number[] | null = null;

  constructor(width: number, driver: string) {
    this.width = width;
    this.#driver = driver;
  }

  // SIGNALLING: registers, and no more; throws EINVAL for an answer that makes no sense, and then follows nothing.
  follow(job: Job, answer: unknown): void {
    if (this.width === 1) {
      link(this.#checkOne(job, answer), job);
    } else {
      const fences = this.#checkAll(job, answer);
      const join = new RingJoin(job, fences.length);
      for (const fence of fences) link(fence, join);
    }
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

function link(fence: Fence, target: Signallable): void {
  if (!fence._register(new Registration(SIGNAL, target, 0))) target._signalFrom(fence);
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
