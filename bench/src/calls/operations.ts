/**
 * The calls whose prices `calls/prices` takes: each does one thing so many times, and leaves all as it was.
 *
 * What has to be there before (jobs to submit) and what has to be done after (jobs to complete) is not in the time.
 */
import { Completion, Registration, Reservation, Ring, SyncObject, Timeline, deliver, submit } from "signalbox";
import type { Driver, DriverFence, Fence, Job, JobQueue, QueueOptions } from "signalbox";
import { freshCopy } from "../harness/fresh.ts";

/** One line of the list. */
export interface Operation {
  readonly name: string;
  /** What it costs is told for one of so many that a run does at once; 1 if left out. */
  readonly of?: number;
  /** Makes ready; answers what is timed, which may answer what puts everything back. */
  prepare(count: number): () => unknown;
  /** After the time: brings what was begun to its end. */
  finish?(): Promise<void> | void;
}

type Empty = Job;

/** Holds what it is given until it is told otherwise. */
class HoldingDriver implements Driver {
  readonly name = "holding";
  readonly held: Empty[] = [];

  run(job: Empty): "pending" {
    this.held.push(job);
    return "pending";
  }

  cancel(): void {}

  complete(): void {
    deliver(() => {
      for (const job of this.held) job.queue.complete(job);
    });
    this.held.length = 0;
  }
}

/** A copy for each operation of what they all go through, so that each has type feedback of its own. */
const repeated = (count: number, each: (index: number) => void): (() => void) =>
  freshCopy((times: number, call: (index: number) => void) => () => {
    for (let index = 0; index < times; index++) call(index);
  })(count, each);

function onQueue(
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

function jobsOf(queue: JobQueue, count: number): Empty[] {
  return Array.from({ length: count }, () => queue.job({}));
}

/** Pending fences, each on a timeline of its own where asked to; signalled by `finish`. */
class Fences {
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

function onFences(
  name: string,
  make: (fences: readonly DriverFence[], count: number) => () => unknown,
  apart = false,
): Operation {
  const fences = new Fences();
  return {
    name,
    prepare: (count) => make(fences.pending(count, apart), count),
    finish: fences.signalAll,
  };
}

/** Batches and dependencies come in this number. */
const EIGHT = 8;

/** All of them, in the order of a job's path. */
export function operations(): readonly Operation[] {
  return [
    onQueue("queue.job(spec)", (queue, count) => repeated(count, () => void queue.job({}))),
    onQueue("submit(job)", (queue, count) => {
      const jobs = jobsOf(queue, count);
      return repeated(count, (index) => void submit(jobs[index]!));
    }),
    {
      ...onQueue("submit of 8 jobs, each of them", (queue, count) => {
        const batches = Array.from({ length: count }, () => jobsOf(queue, EIGHT));
        return repeated(count, (index) => void submit(...batches[index]!));
      }),
      of: EIGHT,
    },
    withDependencies("queue.job({ after: fence }) and submit", 1),
    withDependencies("queue.job({ after: [4 fences] }) and submit", 4),
    wholePath("a job from its making to its release, 1000 at once", {}),
    wholePath("the same with a queue that bypasses", { bypass: true }),
    makingFences(),
    onFences("driverFence.signal()", (fences, count) => repeated(count, (index) => void fences[index]!.signal())),
    onFences("driverFence.signal(), all in one delivery", (fences, count) => {
      const signal = repeated(count, (index) => void fences[index]!.signal());
      return () => {
        deliver(signal);
      };
    }),
    onFences("fence.signalled", (fences, count) => {
      let signalled = 0;
      return repeated(count, (index) => (signalled += fences[index]!.fence.signalled ? 1 : 0));
    }),
    onFences("fence.register(registration) and registration.cancel()", (fences, count) => {
      const registration = Registration.complete(new Completion());
      return repeated(count, (index) => {
        fences[index]!.fence.register(registration);
        registration.cancel();
      });
    }),
    awaited("await fence.wait(), signalled in between", (fence) => fence.wait()),
    awaited("await fence.wait({ timeout }), signalled in between", (fence) => fence.wait({ timeout: 60_000 })),
    onFences("syncObject.addPoint(point, fence)", (fences, count) => {
      const object = new SyncObject();
      return repeated(count, (index) => {
        object.addPoint(BigInt(index + 1), fences[index]!.fence);
      });
    }),
    onQueue("submit(job) of one that writes a reservation", (queue, count) => {
      const jobs = Array.from({ length: count }, () => queue.job({ writes: [new Reservation()] }));
      return repeated(count, (index) => void submit(jobs[index]!));
    }),
  ];
}

function makingFences(): Operation {
  const made: DriverFence[] = [];
  return {
    name: "timeline.fence()",
    prepare(count) {
      const timeline = new Timeline("prices");
      return repeated(count, (index) => {
        made[index] = timeline.fence();
      });
    },
    finish() {
      for (const fence of made.splice(0)) fence.signal();
    },
  };
}

function withDependencies(name: string, dependencies: number): Operation {
  const fences = new Fences();
  const onIt = onQueue(name, (queue, count) => {
    const pending = fences.pending(count * dependencies, true);
    const lists = Array.from({ length: count }, (_, index) =>
      pending.slice(index * dependencies, (index + 1) * dependencies).map(({ fence }): Fence => fence),
    );
    return repeated(count, (index) => {
      const after = lists[index]!;
      submit(queue.job({ after: dependencies === 1 ? after[0]! : after }));
    });
  });
  return {
    ...onIt,
    finish() {
      fences.signalAll();
      return onIt.finish?.();
    },
  };
}

/** Jobs that are done when `run` returns. */
function wholePath(name: string, options: QueueOptions): Operation {
  const driver: Driver = { name: "immediate", run: () => "done", cancel() {} };
  const queue = new Ring(driver).queue("prices", options);
  return {
    name,
    prepare: (count) =>
      freshCopy((times: number, go: typeof submit, on: JobQueue) => async () => {
        for (let index = 0; index < times; index++) go(on.job({}));
        await on.drain();
      })(count, submit, queue),
  };
}

function awaited(name: string, wait: (fence: Fence) => Promise<void>): Operation {
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
