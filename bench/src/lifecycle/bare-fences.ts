/**
 * A second floor of the cases about jobs: what it takes to have a fence for each job at all. An object for each job with the fields that
 * a fence can't do without (its seqno, state, error, time, who listens, the next of its queue), taken through queues in order, within
 * their credits and behind what each depends on. No checks, nobody who may register at any time, nothing to go wrong: whoever gives
 * programs an object for each job can't be faster than this.
 */
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import type { JobBody } from "../harness/job-body.ts";
import { OUTSTANDING } from "./load.ts";
import type { Distances } from "./load.ts";

/** What the floor hands out for each job, as far as its callers see it. */
export interface BareFence {
  readonly index: number;
}

/** The fences that job `index` depends on; null for none. `window` has those before it, each at its index modulo what may be outstanding. */
export type Causes = (index: number, window: readonly BareFence[]) => readonly BareFence[] | BareFence | null;

/** Job `index` depends on the jobs so far before it. */
export function causesAt(distances: Distances): Causes {
  const [first, ...others] = distances;
  if (first === undefined) return () => null;
  if (others.length === 0) {
    return (index, window) => (index < first ? null : window[(index - first) % OUTSTANDING]!);
  }
  return (index, window) => {
    const causes: BareFence[] = [];
    for (const distance of distances) if (index >= distance) causes.push(window[(index - distance) % OUTSTANDING]!);
    return causes;
  };
}

export interface BareLoad {
  readonly lanes: number;
  /** What each lane may have in flight. */
  readonly credits: number;
  /** Jobs submitted and not known to be done, at any time. */
  readonly outstanding: number;
  /** Whether the device completes on the next tick; else a job is done when its function returns. */
  readonly ticks: boolean;
  /** Whether the producer awaits a promise for each job, and not only fences. */
  readonly awaited?: boolean;
}

export function bareFences(load: BareLoad, body: JobBody, causes: Causes = () => null): Contestant {
  const { lanes, credits, outstanding, ticks, awaited = false } = load;
  const run = freshCopy(makeQueues)(body, lanes, credits, outstanding, ticks, awaited, causes);
  const name = `floor: a bare fence object${awaited ? " and a promise" : ""} for each job`;
  return { name, role: "floor", body, order: "kept", run };
}

// Refers to nothing outside itself: it is copied by its text.
function makeQueues(
  body: JobBody,
  lanes: number,
  credits: number,
  outstanding: number,
  ticks: boolean,
  awaited: boolean,
  causes: Causes,
): (jobs: number) => Promise<number> {
  interface Fence {
    readonly index: number;
    readonly seqno: number;
    state: number;
    error: number;
    time: number | undefined;
    listener: (() => void) | null;
    after: readonly Fence[] | Fence | null;
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
  // The first so many of each: those whose head is waiting to be started, and those with jobs on a device that ticks. Each once.
  const waiting: Lane[] = [];
  const busy: Lane[] = [];
  let waitingCount = 0;
  let busyCount = 0;
  // The jobs of this run.
  const window: Fence[] = [];
  const resolved = Promise.resolve();
  const none = (): void => {};
  let kicked = false;
  let inFlight = 0;
  let wake = none;
  const isBlocked = (fence: Fence): boolean => {
    const { after } = fence;
    if (after === null) return false;
    if ("state" in after) {
      if (after.state !== 3) return true;
    } else {
      for (const cause of after) if (cause.state !== 3) return true;
    }
    fence.after = null;
    return false;
  };
  const retire = (lane: Lane, time: number): void => {
    for (let fence = lane.oldest; fence !== lane.head; fence = lane.oldest) {
      body.finish(fence!.index);
      lane.inFlight--;
      inFlight--;
      lane.oldest = fence!.next;
      fence!.next = null;
      fence!.time = time;
      fence!.state = 3;
      fence!.listener?.();
    }
    if (lane.oldest === null) lane.tail = null;
  };
  // Answers whether it started any.
  const startLane = (lane: Lane): boolean => {
    const before = lane.head;
    while (lane.head !== null && lane.inFlight < credits && !isBlocked(lane.head)) {
      lane.inFlight++;
      inFlight++;
      lane.head.state = 2;
      body.start(lane.head.index);
      lane.head = lane.head.next;
    }
    return lane.head !== before;
  };
  const complete = (): void => {
    const time = performance.now();
    for (let k = 0; k < busyCount; k++) retire(busy[k]!, time);
    busyCount = 0;
    startAll();
    wake();
  };
  // A device that is done at once: until nobody can go on. Who is blocked by another lane stays on the list, and has its cause looked
  // at once a pass: with so few lanes that is less than to keep who waits for whom.
  const runAll = (): void => {
    const time = performance.now();
    for (let goesOn = true; goesOn && waitingCount > 0;) {
      goesOn = false;
      let left = 0;
      for (let k = 0; k < waitingCount; k++) {
        const lane = waiting[k]!;
        if (startLane(lane)) {
          retire(lane, time);
          goesOn = true;
        }
        if (lane.head !== null) waiting[left++] = lane;
      }
      waitingCount = left;
    }
    wake();
  };
  const startAll = (): void => {
    kicked = false;
    if (!ticks) {
      runAll();
      return;
    }
    const before = inFlight;
    let left = 0;
    for (let k = 0; k < waitingCount; k++) {
      const lane = waiting[k]!;
      if (startLane(lane)) busy[busyCount++] = lane;
      if (lane.head !== null) waiting[left++] = lane;
    }
    waitingCount = left;
    if (inFlight > 0 && before === 0) setImmediate(complete);
  };
  const submit = (index: number): Fence => {
    const lane = queues[index % lanes]!;
    const fence: Fence = {
      index,
      seqno: ++lane.seqno,
      state: 1,
      error: 0,
      time: undefined,
      listener: null,
      after: causes(index, window) as readonly Fence[] | Fence | null,
      next: null,
    };
    if (lane.tail === null) lane.oldest = fence;
    else lane.tail.next = fence;
    lane.tail = fence;
    if (lane.head === null) {
      lane.head = fence;
      waiting[waitingCount++] = lane;
    }
    if (!kicked && inFlight === 0) {
      kicked = true;
      void resolved.then(startAll);
    }
    return fence;
  };
  const settled = async (fence: Fence): Promise<boolean> => {
    while (fence.state !== 3) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = none;
    }
    return fence.error === 0;
  };
  const byFences = async (jobs: number): Promise<number> => {
    let seen = 0;
    window.length = 0;
    for (let index = 0; index < jobs; index++) {
      if (index >= outstanding) {
        const oldest = window[index % outstanding]!;
        if (oldest.state === 3 ? oldest.error === 0 : await settled(oldest)) seen++;
      }
      window[index % outstanding] = submit(index);
    }
    for (let index = Math.max(0, jobs - outstanding); index < jobs; index++) {
      const last = window[index % outstanding]!;
      if (last.state === 3 ? last.error === 0 : await settled(last)) seen++;
    }
    return seen;
  };
  const byPromises = async (jobs: number): Promise<number> => {
    const promises: Promise<void>[] = [];
    let seen = 0;
    window.length = 0;
    for (let index = 0; index < jobs; index++) {
      if (index >= outstanding) {
        await promises[index % outstanding];
        seen++;
      }
      const fence = (window[index % outstanding] = submit(index));
      promises[index % outstanding] = new Promise<void>((resolve) => {
        fence.listener = resolve;
      });
    }
    for (let index = Math.max(0, jobs - outstanding); index < jobs; index++) {
      await promises[index % outstanding];
      seen++;
    }
    return seen;
  };
  return awaited ? byPromises : byFences;
}
