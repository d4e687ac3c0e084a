/**
 * What the operations of `calls/prices` are made with: queues whose device holds jobs, fences that are pending, waits.
 *
 * What has to be there before (jobs to submit) and what has to be done after (jobs to complete) is not in the time.
 */
import { Ring, Timeline, deliver } from "signalbox";
import type { Driver, DriverFence, Fence, Job, JobQueue, QueueOptions } from "signalbox";
import { freshCopy } from "../harness/fresh.ts";

/** One line of the list. */
export interface Operation {
  readonly name: string;
  /** What it costs is told for one of so many that a run does at once; 1 if left out. */
  readonly of?: number;
  /** Called before all else. */
  open?(): Promise<void>;
  /** Makes ready; answers what is timed, which may answer what puts everything back. */
  prepare(count: number): () => unknown;
  /** After the time: brings what was begun to its end. */
  finish?(): Promise<void> | void;
  /** When all is over. */
  close?(): Promise<void>;
}

export type Empty = Job;

/** Holds what it is given until it is told otherwise. */
class HoldingDriver implements Driver {
  readonly name = "holding";
  readonly held: Empty[] = [];

  run(job: Empty): "pending" {
    this.held.push(job);
    return "pending";
  }

  cancel(): void {}

  timedOut(): "running" {
    return "running";
  }

  complete(): void {
    deliver(() => {
      for (const job of this.held) job.queue.complete(job);
    });
    this.held.length = 0;
  }
}

/** A copy for each operation of what they all go through, so that each has type feedback of its own. */
export const repeated: (count: number, each: (index: number) => void) => () => void = (count, each) =>
  freshCopy((times: number, call: (index: number) => void) => () => {
    for (let index = 0; index < times; index++) call(index);
  })(count, each);

export function onQueue(
  name: string,
  make: (queue: JobQueue, count: number) => () => void,
  options: QueueOptions = {},
): Operation {
  const driver = new HoldingDriver();
  const queue = new Ring(driver).queue("prices", options);
  return {
    name,
    prepare: (count) => make(queue, count),
    async finish() {
      await Promise.resolve();
      while (queue.stats.pushed > ended(queue)) {
        driver.complete();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

function ended({ stats: { done, failed, cancelled } }: JobQueue): number {
  return done + failed + cancelled;
}

export function jobsOf(queue: JobQueue, count: number): Empty[] {
  return Array.from({ length: count }, () => queue.job({}));
}

/** Pending fences, each on a timeline of its own where asked to; signalled by `finish`. */
export class Fences {
  #pending: DriverFence[] = [];

  pending(count: number, apart = false): readonly DriverFence[] {
    const timeline = new Timeline("prices");
    this.#pending = Array.from({ length: count }, () => (apart ? new Timeline("apart") : timeline).fence());
    return this.#pending;
  }

  readonly signalAll = (): void => {
    for (const fence of this.#pending) fence.signal();
    this.#pending = [];
  };
}

export function onFences(
  name: string,
  make: (fences: readonly DriverFence[], count: number) => () => unknown,
  apart = false,
  each = 1,
): Operation {
  const fences = new Fences();
  return {
    name,
    prepare: (count) => make(fences.pending(count * each, apart), count),
    finish: fences.signalAll,
  };
}

/** Batches, containers and dependencies come in this number. */
export const EIGHT = 8;

/** The list, cut into eights. */
export function eights<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.floor(all.length / EIGHT) }, (_, index) =>
    all.slice(index * EIGHT, (index + 1) * EIGHT),
  );
}

/** Waits that have begun when all fences are signalled, in one delivery, and have ended after it. */
export function awaited(name: string, wait: (fence: Fence) => Promise<void>): Operation {
  return onFences(name, (fences, count) => {
    const waits: Promise<void>[] = [];
    const begin = repeated(count, (index) => waits.push(wait(fences[index]!.fence)));
    return async () => {
      begin();
      deliver(() => {
        for (const fence of fences) fence.signal();
      });
      for (const each of waits) await each;
    };
  });
}
