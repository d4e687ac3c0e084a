/** The prices of a job's path: made, submitted, waited for, with what its spec may ask for. */
import { Reservation, Ring, SyncObject, submission, submit } from "signalbox";
import type { Driver, Fence, Job, JobQueue, QueueOptions } from "signalbox";
import { startTrace } from "signalbox/trace";
import type { ClockPolicy, Trace } from "signalbox/trace";
import { freshCopy } from "../harness/fresh.ts";
import { EIGHT, Fences, jobsOf, onQueue, repeated } from "./kit.ts";
import type { Operation } from "./kit.ts";

/** In the order of a job's path. */
export function jobOperations(): readonly Operation[] {
  return [
    making(),
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
    onQueue("submission(...) that arms and pushes one job", (queue, count) => {
      const jobs = jobsOf(queue, count);
      return repeated(count, (index) => {
        submission((section) => section.push(section.arm(jobs[index]!)));
      });
    }),
    withDependencies("queue.job({ after: fence }) and submit", 1),
    withDependencies("queue.job({ after: [4 fences] }) and submit", 4),
    onQueue("queue.job({ timeout }) and submit", (queue, count) =>
      repeated(count, () => void submit(queue.job({ timeout: 60_000 }))),
    ),
    onQueue("queue.job({ signals: syncObject.at(point) }) and submit", (queue, count) => {
      const object = new SyncObject();
      return repeated(count, (index) => void submit(queue.job({ signals: object.at(BigInt(index + 1)) })));
    }),
    onQueue("submit(job) of one that writes a reservation", (queue, count) => {
      const jobs = Array.from({ length: count }, () => queue.job({ writes: [new Reservation()] }));
      return repeated(count, (index) => void submit(jobs[index]!));
    }),
    wholePath("a job from its making to its release, 1000 at once", {}),
    wholePath("the same with a queue that bypasses", { bypass: true }),
  ];
}

/** Last of all: the code of those before must not have met a tracer. */
export function tracedOperations(): readonly Operation[] {
  return [
    traced("a job from its making to its release, in a trace", "precise"),
    traced('the same, in a trace with clock: "batch"', "batch"),
  ];
}

/** What was made is submitted when the time is over: to drop it would be a mistake. */
function making(): Operation {
  const made: Job[] = [];
  const onIt = onQueue("queue.job(spec)", (queue, count) =>
    repeated(count, (index) => {
      made[index] = queue.job({});
    }),
  );
  return {
    ...onIt,
    finish() {
      submit(...made);
      made.length = 0;
      return onIt.finish?.();
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

function traced(name: string, clock: ClockPolicy): Operation {
  const path = wholePath(name, {});
  let trace: Trace | undefined;
  return {
    ...path,
    prepare(count) {
      trace = startTrace({ clock, maxEvents: 20_000 });
      return path.prepare(count);
    },
    finish() {
      trace?.stop();
    },
  };
}
