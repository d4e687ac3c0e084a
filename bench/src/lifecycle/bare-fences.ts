/**
 * A second floor of the lifecycle cases: what it takes to have a fence for each job at all. An object for each job with the fields that
 * a fence can't do without (its seqno, state, error, time, the next of its queue), taken through queues in order and within their
 * credits. No checks, no dependencies, nobody to register, nothing to go wrong: whoever gives programs an object for each job
 * can't be faster than this.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import type { QueueLoad } from "./load.ts";

/** How many queues there are, and whether their device completes on the next tick; else a job is done when its function returns. */
interface Lanes {
  readonly lanes: number;
  readonly ticks: boolean;
}

export function bareFences({ lanes, ticks, concurrency, outstanding }: Lanes & QueueLoad): Contestant {
  const body = freshBody({ lanes, distance: 0 });
  const run = freshCopy(makeQueues)(body, lanes, concurrency, outstanding, ticks);
  return { name: "floor: a bare fence object for each job", role: "floor", body, order: "kept", run };
}

// Refers to nothing outside itself: it is copied by its text.
function makeQueues(
  body: JobBody,
  lanes: number,
  credits: number,
  outstanding: number,
  ticks: boolean,
): (jobs: number) => Promise<number> {
  interface Fence {
    readonly index: number;
    readonly seqno: number;
    state: number;
    error: number;
    time: number | undefined;
    registrations: object | null;
    next: Fence | null;
  }
  interface Lane {
    head: Fence | null;
    oldest: Fence | null;
    tail: Fence | null;
    seqno: number;
    inFlight: number;
  }
  const queues: Lane[] = [];
  for (let k = 0; k < lanes; k++) queues.push({ head: null, oldest: null, tail: null, seqno: 0, inFlight: 0 });
  const resolved = Promise.resolve();
  const none = (): void => {};
  let kicked = false;
  let wake = none;
  const retire = (lane: Lane, time: number): void => {
    for (let fence = lane.oldest; fence !== lane.head; fence = lane.oldest) {
      body.finish(fence!.index);
      lane.inFlight--;
      lane.oldest = fence!.next;
      fence!.next = null;
      fence!.time = time;
      fence!.state = 3;
    }
    if (lane.oldest === null) lane.tail = null;
  };
  const complete = (): void => {
    const time = performance.now();
    for (const lane of queues) retire(lane, time);
    if (ticks) startAll();
    wake();
  };
  const startAll = (): void => {
    kicked = false;
    let started = false;
    for (const lane of queues) {
      while (lane.head !== null && (lane.inFlight < credits || !ticks)) {
        lane.inFlight++;
        lane.head.state = 2;
        body.start(lane.head.index);
        lane.head = lane.head.next;
        started = true;
      }
    }
    if (!started) return;
    if (ticks) setImmediate(complete);
    else complete();
  };
  const submit = (index: number): Fence => {
    const lane = queues[index % lanes]!;
    const fence: Fence = {
      index,
      seqno: ++lane.seqno,
      state: 1,
      error: 0,
      time: undefined,
      registrations: null,
      next: null,
    };
    if (lane.tail === null) lane.oldest = fence;
    else lane.tail.next = fence;
    lane.tail = fence;
    lane.head ??= fence;
    if (!kicked && lane.inFlight === 0) {
      kicked = true;
      void resolved.then(startAll);
    }
    return fence;
  };
  return async (jobs) => {
    const window: Fence[] = [];
    let seen = 0;
    for (let index = 0; index < jobs + outstanding && seen < jobs; index++) {
      const oldest = window[index % outstanding];
      if (index >= outstanding && oldest !== undefined) {
        while (oldest.state !== 3) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = none;
        }
        if (oldest.error === 0) seen++;
      }
      if (index < jobs) window[index % outstanding] = submit(index);
    }
    return seen;
  };
}
