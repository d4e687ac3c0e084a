/**
 * The rivals of the tick cases, each in the idiom of its own documentation: a queue or limiter for each lane.
 *
 * A dependency is a promise that the job awaits: with fastq, p-limit and p-queue in the job's own function, by hand before the
 * job takes its place in the lane.
 */
import fastq from "fastq";
import pLimit from "p-limit";
import PQueue from "p-queue";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { freshDevice } from "./callback-device.ts";
import type { CallbackDevice } from "./callback-device.ts";
import { Gate } from "./gate.ts";
import { CONCURRENCY, LANES, OUTSTANDING } from "./load.ts";
import type { Distances } from "./load.ts";
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

export function promisesByHand(distances: Distances): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  const work = promiseWork(freshDevice(body));
  const gates = eachLane(() => new Gate(CONCURRENCY, OUTSTANDING));
  const inLane = async (index: number): Promise<void> => {
    const gate = gates[index % LANES]!;
    await gate.enter();
    await work(index);
    gate.leave();
  };
  const after = causesOf(distances);
  if (after === undefined) return byPromises("promises by hand", body, distances, inLane);
  return byPromises("promises by hand", body, distances, async (index, window) => {
    await after(index, window);
    await inLane(index);
  });
}

export function fastqPromise(distances: Distances): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  const work = promiseWork(freshDevice(body));
  const after = causesOf(distances);
  if (after === undefined) {
    const lanes = eachLane(() => fastq.promise(work, CONCURRENCY));
    return byPromises("fastq.promise", body, distances, (index) => lanes[index % LANES]!.push(index));
  }
  const lanes = eachLane(() =>
    fastq.promise(async ({ index, causes }: { index: number; causes: Promise<unknown> | undefined }) => {
      await causes;
      await work(index);
    }, CONCURRENCY),
  );
  return byPromises("fastq.promise", body, distances, (index, window) =>
    lanes[index % LANES]!.push({ index, causes: after(index, window) }),
  );
}

export function pLimitPromise(distances: Distances): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  const work = promiseWork(freshDevice(body));
  const limits = eachLane(() => pLimit(CONCURRENCY));
  const after = causesOf(distances);
  if (after === undefined) {
    return byPromises("p-limit", body, distances, (index) => limits[index % LANES]!(work, index));
  }
  const workAfter = async (index: number, causes: Promise<unknown> | undefined): Promise<void> => {
    await causes;
    await work(index);
  };
  return byPromises("p-limit", body, distances, (index, window) =>
    limits[index % LANES]!(workAfter, index, after(index, window)),
  );
}

export function pQueuePromise(distances: Distances): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  const work = promiseWork(freshDevice(body));
  const lanes = eachLane(() => new PQueue({ concurrency: CONCURRENCY }));
  const after = causesOf(distances);
  if (after === undefined) {
    return byPromises("p-queue", body, distances, (index) => lanes[index % LANES]!.add(() => work(index)));
  }
  return byPromises("p-queue", body, distances, (index, window) => {
    const causes = after(index, window);
    return lanes[index % LANES]!.add(async () => {
      await causes;
      await work(index);
    });
  });
}

function eachLane<T>(make: () => T): readonly T[] {
  return Array.from({ length: LANES }, make);
}

/** What a job awaits before it starts: the promise of the job that it depends on, or of all of them; undefined without any. */
type CausesOf = (index: number, window: Window) => Promise<unknown> | undefined;

function causesOf(distances: Distances): CausesOf | undefined {
  const [first, ...others] = distances;
  if (first === undefined) return undefined;
  if (others.length === 0) return (index, window) => window[(index - first) % OUTSTANDING];
  return (index, window) => Promise.all(distances.map((distance) => window[(index - distance) % OUTSTANDING]!));
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
  distances: Distances,
  submit: (index: number, window: Window) => Promise<unknown>,
): Contestant {
  const produce = freshCopy(produceByPromises);
  // A job that awaits its dependencies itself may be overtaken.
  const order = distances.length === 0 ? "kept" : "free";
  return { name, role: "rival", body, order, run: (jobs) => produce(submit, jobs, OUTSTANDING) };
}
