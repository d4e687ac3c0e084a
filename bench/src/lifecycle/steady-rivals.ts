/**
 * The rivals of `lifecycle/steady`, each in the idiom of its own documentation.
 */
import fastq from "fastq";
import pLimit from "p-limit";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { Gate } from "./gate.ts";
import { CONCURRENCY, OUTSTANDING } from "./load.ts";
import { produceByCallbacks, produceByPromises } from "./producers.ts";

const shape = { lanes: 1, distance: 0 };

/** A job that is done when its worker returns: fastq runs it inside `push`. */
export function fastqInsidePush(): Contestant {
  const body = freshBody(shape);
  const queue = fastq((index: number, done: fastq.done<null>) => {
    body.run(index);
    done(null);
  }, CONCURRENCY);
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

/** Jobs that are done a microtask after they were started: 64 are in flight, the others wait in fastq's queue. */
export function fastqHolding(): Contestant {
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
  }, CONCURRENCY);
  const produce = freshCopy(produceByCallbacks);
  return {
    name: "fastq, callbacks, 64 in flight",
    role: "rival",
    body,
    order: "kept",
    run: (jobs) => produce((index, done) => queue.push(index, done), jobs, OUTSTANDING),
  };
}

export function fastqPromise(): Contestant {
  const body = freshBody(shape);
  const queue = fastq.promise(asyncWork(body), CONCURRENCY);
  return byPromises("fastq.promise", body, (index) => queue.push(index));
}

export function pLimitPromise(): Contestant {
  const body = freshBody(shape);
  const limit = pLimit(CONCURRENCY);
  const work = asyncWork(body);
  return byPromises("p-limit", body, (index) => limit(work, index));
}

export function promisesByHand(): Contestant {
  const body = freshBody(shape);
  const gate = new Gate(CONCURRENCY, OUTSTANDING);
  const work = asyncWork(body);
  return byPromises("promises by hand", body, async (index) => {
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

function byPromises(name: string, body: JobBody, submit: (index: number) => Promise<void>): Contestant {
  const produce = freshCopy(produceByPromises);
  return { name, role: "rival", body, order: "kept", run: (jobs) => produce(submit, jobs, OUTSTANDING) };
}
