/**
 * The rivals of the cases with a single queue (`lifecycle/steady` and its like), each in the idiom of its own documentation.
 */
import async from "async";
import fastq from "fastq";
import pLimit from "p-limit";
import PQueue from "p-queue";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { Gate } from "./gate.ts";
import type { QueueLoad } from "./load.ts";
import { produceByCallbacks, produceByPromises } from "./producers.ts";

const shape = { lanes: 1, distance: 0 };

/** A job that is done when its worker returns: fastq runs it inside `push`. */
export function fastqInsidePush({ concurrency }: QueueLoad): Contestant {
  const body = freshBody(shape);
  const queue = fastq((index: number, done: fastq.done<null>) => {
    body.run(index);
    done(null);
  }, concurrency);
  return {
    name: "fastq, callbacks, run inside push",
    role: "rival",
    body,
    order: "kept",
    run(jobs) {
      let seen = 0;
      const done = (): void => {
        seen++;
      };
      for (let index = 0; index < jobs; index++) queue.push(index, done);
      return seen;
    },
  };
}

/** Jobs that are done a microtask after they were started: as many as may be are in flight, the others wait in fastq's queue. */
export function fastqHolding({ concurrency, outstanding }: QueueLoad): Contestant {
  const body = freshBody(shape);
  let running: fastq.done<null>[] = [];
  let spare: fastq.done<null>[] = [];
  const finish = (): void => {
    const batch = running;
    running = spare;
    for (const done of batch) done(null);
    batch.length = 0;
    spare = batch;
  };
  const queue = fastq((index: number, done: fastq.done<null>) => {
    body.run(index);
    if (running.push(done) === 1) queueMicrotask(finish);
  }, concurrency);
  const produce = freshCopy(produceByCallbacks);
  return {
    name: `fastq, callbacks, ${concurrency} in flight`,
    role: "rival",
    body,
    order: "kept",
    run: (jobs) => produce((index, done) => queue.push(index, done), jobs, Math.min(jobs, outstanding)),
  };
}

/** async's queue starts jobs on a later turn of the event loop, several at a time. */
export function asyncQueue({ concurrency, outstanding }: QueueLoad): Contestant {
  const body = freshBody(shape);
  const queue = async.queue((index: number, done: () => void) => {
    body.run(index);
    done();
  }, concurrency);
  const produce = freshCopy(produceByCallbacks);
  const push = (index: number, done: () => void): void => {
    queue.push(index, done);
  };
  return {
    name: "async.queue",
    role: "rival",
    body,
    order: "kept",
    run: (jobs) => produce(push, jobs, Math.min(jobs, outstanding)),
  };
}

export function fastqPromise(load: QueueLoad): Contestant {
  const body = freshBody(shape);
  const queue = fastq.promise(asyncWork(body), load.concurrency);
  return byPromises("fastq.promise", body, load, (index) => queue.push(index));
}

export function pLimitPromise(load: QueueLoad): Contestant {
  const body = freshBody(shape);
  const limit = pLimit(load.concurrency);
  const work = asyncWork(body);
  return byPromises("p-limit", body, load, (index) => limit(work, index));
}

export function pQueuePromise(load: QueueLoad): Contestant {
  const body = freshBody(shape);
  const queue = new PQueue({ concurrency: load.concurrency });
  const work = asyncWork(body);
  return byPromises("p-queue", body, load, (index) => queue.add(() => work(index)));
}

export function promisesByHand(load: QueueLoad): Contestant {
  const body = freshBody(shape);
  const gate = new Gate(load.concurrency, load.outstanding);
  const work = asyncWork(body);
  return byPromises("promises by hand", body, load, async (index) => {
    await gate.enter();
    await work(index);
    gate.leave();
  });
}

/** A job as these rivals take it: an async function, here with nothing to await. */
function asyncWork(body: JobBody): (index: number) => Promise<void> {
  return freshCopy((own: JobBody) => {
    // eslint-disable-next-line @typescript-eslint/require-await -- see above
    return async (index: number): Promise<void> => {
      own.run(index);
    };
  })(body);
}

function byPromises(
  name: string,
  body: JobBody,
  { outstanding }: QueueLoad,
  submit: (index: number) => Promise<unknown>,
): Contestant {
  const produce = freshCopy(produceByPromises);
  return {
    name,
    role: "rival",
    body,
    order: "kept",
    run: (jobs) => produce(submit, jobs, Math.min(jobs, outstanding)),
  };
}
