/**
 * The rivals of `memory/job`, each with as many jobs at once as it is given: a callback that is owed, or a promise that the device
 * resolves. And the floor: the object that nobody can do without who gives a program one for each job, as in lifecycle/bare-fences.ts.
 */
import fastq from "fastq";
import pLimit from "p-limit";
import PQueue from "p-queue";
import type { Held, Holding } from "./holding.ts";

type Done = () => void;
const callDone = (done: unknown): void => {
  (done as Done)();
};

/** A job as those take it that want a promise: the device has what resolves it. */
function promiseOf(held: Held): (index: number) => Promise<void> {
  return () =>
    new Promise<void>((resolve) => {
      held(resolve);
    });
}

export function fastqCallbacks(held: Held): Holding {
  const queue = fastq((_index: number, done: fastq.done<null>) => {
    held(done);
  }, Infinity);
  const seen = (): void => {};
  return {
    name: "fastq, callbacks",
    begin: (index) => queue.push(index, seen),
    end: (done) => {
      (done as fastq.done<null>)(null);
    },
  };
}

export function fastqPromises(held: Held): Holding {
  const queue = fastq.promise(promiseOf(held), Infinity);
  return { name: "fastq.promise", begin: (index) => void queue.push(index), end: callDone };
}

export function limited(held: Held): Holding {
  const limit = pLimit(Infinity);
  const work = promiseOf(held);
  return { name: "p-limit", begin: (index) => void limit(work, index), end: callDone };
}

export function queued(held: Held): Holding {
  const queue = new PQueue({ concurrency: Infinity });
  const work = promiseOf(held);
  return { name: "p-queue", begin: (index) => void queue.add(() => work(index)), end: callDone };
}

/** An async function that awaits the device, and nothing that bounds how many. */
export function byHand(held: Held): Holding {
  const work = promiseOf(held);
  const job = async (index: number): Promise<void> => {
    await work(index);
  };
  return { name: "a promise by hand", begin: (index) => void job(index), end: callDone };
}

/** What a fence can't do without. */
interface BareFence {
  readonly index: number;
  readonly seqno: number;
  state: number;
  error: number;
  time: number | undefined;
  listener: (() => void) | null;
  after: readonly BareFence[] | BareFence | null;
  next: BareFence | null;
}

export function bareFences(held: Held): Holding {
  let seqno = 0;
  let oldest: BareFence | null = null;
  let tail: BareFence | null = null;
  return {
    name: "floor: a bare fence object",
    begin(index) {
      const fence: BareFence = {
        index,
        seqno: ++seqno,
        state: 1,
        error: 0,
        time: undefined,
        listener: null,
        after: null,
        next: null,
      };
      if (tail === null) oldest = fence;
      else tail.next = fence;
      tail = fence;
      fence.state = 2;
      held(fence);
    },
    end(handle) {
      const fence = handle as BareFence;
      if (fence !== oldest) throw new Error(`job ${fence.index} ended before an older one`);
      oldest = fence.next;
      if (oldest === null) tail = null;
      fence.next = null;
      fence.state = 3;
    },
  };
}
