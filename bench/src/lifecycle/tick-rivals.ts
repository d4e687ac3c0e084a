/**
 * The rivals of the tick cases, each in the idiom of its own documentation: a queue or limiter for each lane.
 *
 * A dependency is a promise that the job awaits: with fastq and p-limit in the job's own function, by hand before the job
 * takes its place in the lane.
 */
import fastq from "fastq";
import pLimit from "p-limit";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { freshDevice } from "./callback-device.ts";
import type { CallbackDevice } from "./callback-device.ts";
import { Gate } from "./gate.ts";
import { CONCURRENCY, LANES, OUTSTANDING } from "./load.ts";
import { produceByCallbacks, produceByPromises } from "./producers.ts";

type Window = readonly Promise<unknown>[];

export function fastqCallbacks(): Contestant {
  const body = freshBody({ lanes: LANES, distance: 0 });
  const device = freshDevice(body);
  const lanes = eachLane(() =>
    fastq((index: number, done: fastq.done<null>) => {
      device.start(index, done);
    }, CONCURRENCY),
  );
  const produce = freshCopy(produceByCallbacks);
  return {
    name: "fastq, callbacks",
    role: "rival",
    body,
    order: "kept",
    run: (jobs) => produce((index, done) => lanes[index % LANES]!.push(index, done), jobs, OUTSTANDING),
  };
}

export function promisesByHand(distance: number): Contestant {
  const body = freshBody({ lanes: LANES, distance });
  const work = promiseWork(freshDevice(body));
  const gates = eachLane(() => new Gate(CONCURRENCY, OUTSTANDING));
  const inLane = async (index: number): Promise<void> => {
    const gate = gates[index % LANES]!;
    await gate.enter();
    await work(index);
    gate.leave();
  };
  if (distance === 0) return byPromises("promises by hand", body, distance, inLane);
  return byPromises("promises by hand", body, distance, async (index, window) => {
    await window[(index - distance) % OUTSTANDING];
    await inLane(index);
  });
}

export function fastqPromise(distance: number): Contestant {
  const body = freshBody({ lanes: LANES, distance });
  const work = promiseWork(freshDevice(body));
  if (distance === 0) {
    const lanes = eachLane(() => fastq.promise(work, CONCURRENCY));
    return byPromises("fastq.promise", body, distance, (index) => lanes[index % LANES]!.push(index));
  }
  const lanes = eachLane(() =>
    fastq.promise(async ({ index, after }: { index: number; after: Promise<unknown> | undefined }) => {
      await after;
      await work(index);
    }, CONCURRENCY),
  );
  return byPromises("fastq.promise", body, distance, (index, window) =>
    lanes[index % LANES]!.push({ index, after: window[(index - distance) % OUTSTANDING] }),
  );
}

export function pLimitPromise(distance: number): Contestant {
  const body = freshBody({ lanes: LANES, distance });
  const work = promiseWork(freshDevice(body));
  const limits = eachLane(() => pLimit(CONCURRENCY));
  if (distance === 0) return byPromises("p-limit", body, distance, (index) => limits[index % LANES]!(work, index));
  const workAfter = async (index: number, after: Promise<unknown> | undefined): Promise<void> => {
    await after;
    await work(index);
  };
  return byPromises("p-limit", body, distance, (index, window) =>
    limits[index % LANES]!(workAfter, index, window[(index - distance) % OUTSTANDING]),
  );
}

function eachLane<T>(make: () => T): readonly T[] {
  return Array.from({ length: LANES }, make);
}

/** The device's callback as a promise. */
function promiseWork(device: CallbackDevice): (index: number) => Promise<unknown> {
  return freshCopy((own: CallbackDevice) => (index: number): Promise<unknown> => {
    return new Promise<null>((resolve) => {
      own.start(index, resolve);
    });
  })(device);
}

function byPromises(
  name: string,
  body: JobBody,
  distance: number,
  submit: (index: number, window: Window) => Promise<unknown>,
): Contestant {
  const produce = freshCopy(produceByPromises);
  // A job that awaits its dependency itself may be overtaken.
  const order = distance === 0 ? "kept" : "free";
  return { name, role: "rival", body, order, run: (jobs) => produce(submit, jobs, OUTSTANDING) };
}
