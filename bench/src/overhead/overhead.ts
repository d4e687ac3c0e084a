/**
 * What a thing costs that one may leave out, beside the same without: the jobs of `lifecycle/tick`, without dependencies.
 *
 * `overhead/kinds`: jobs in a program that has made fences of every other kind. `overhead/timeouts`: a timeout on each queue. `overhead/trace`: a trace that runs all the time, with one reading of the clock for
 * each batch and with all of them, beside a floor that only writes as many bare records. `lifecycle/promise-each`: a promise
 * for each job, which the producer awaits, where else it looks at fences. (The validator's cost is in the lockdep cases.)
 *
 * Each contestant has a copy of the package of its own, so that what one of them does is not compiled into the code of the other.
 */
import type { ClockPolicy } from "signalbox/trace";
import type { Contest, Contestant, Lineup, Role } from "../harness/contest.ts";
import { NO_DEPENDENCIES } from "../lifecycle/load.ts";
import { openTickQueues } from "../lifecycle/tick-driver.ts";
import type { TickQueues } from "../lifecycle/tick-driver.ts";
import { byFences, byPromises } from "../lifecycle/tick-signalbox.ts";
import { Copies } from "../lockdep/copies.ts";
import type { Copy, Core } from "../lockdep/copies.ts";

/** Longer than any round: no job is ever out of time. */
const TIMEOUT_MS = 600_000;
/** What the trace holds of the newest events: a program that leaves it on holds no more either. */
const TRACED_EVENTS = 100_000;

/** How many steps of a job are told. */
export const EVENTS_OF_A_JOB = 8;
/**
 * In how many records, of so many numbers each: with one reading of the clock a batch one for the steps of its submission; and for its
 * start and its end, of which each follows those of the job before it until another queue has its turn, about half of one. Counted in
 * warm runs of 100 000 jobs: 1.8 to 2.05.
 */
const RECORDS_OF_A_JOB = 2;
const NUMBERS = 8;

const load = "4 queues x 64 credits, the device completes on the next tick";

export const timeouts: Contest = overhead("overhead/timeouts", {
  "a timeout on each queue": (copy) => {
    const queues = openTickQueues(copy.core, NO_DEPENDENCIES, { timeout: TIMEOUT_MS });
    return { body: queues.body, run: byFences(queues) };
  },
});

export const kinds: Contest = overhead("overhead/kinds", {
  "every kind of fence made before": (copy) => {
    const queues = openTickQueues(copy.core, NO_DEPENDENCIES);
    makeEveryKind(copy.core);
    return { body: queues.body, run: byFences(queues) };
  },
});

/** As often as it takes the engine to notice. */
const NOTICED = 20;

function makeEveryKind({ SyncObject, Timeline, fenceArray, stubFence }: Core): void {
  const timeline = new Timeline("plain");
  const asked = new Timeline("asked");
  const object = new SyncObject();
  for (let count = 0; count < NOTICED; count++) {
    const plain = timeline.fence();
    const polled = asked.fence({ poll: () => true });
    fenceArray([plain.fence, polled.fence]);
    object.addPoint(BigInt(count + 1), plain.fence);
    stubFence();
    plain.signal();
    polled.signal();
  }
}

export const trace: Contest = overhead(
  "overhead/trace",
  {
    "a trace, one clock reading a batch": (copy) => traced(copy, "batch"),
    "a trace, precise": (copy) => traced(copy, "precise"),
  },
  {
    [`no trace, ${RECORDS_OF_A_JOB} bare records a job`]: (copy) => {
      const queues = openTickQueues(copy.core, NO_DEPENDENCIES);
      const note = bareRecords();
      const submitJob: TickQueues["submitJob"] = (index, window) => {
        note(index);
        return queues.submitJob(index, window);
      };
      return { body: queues.body, run: byFences({ body: queues.body, submitJob }) };
    },
  },
);

/** What nobody can do with less who writes as many records as the trace, and holds as many jobs: no clock, no names, nothing looked up. */
function bareRecords(): (seqno: number) => void {
  const cells = new Float64Array((TRACED_EVENTS / EVENTS_OF_A_JOB) * RECORDS_OF_A_JOB * NUMBERS);
  let place = 0;
  return (seqno) => {
    for (let record = 0; record < RECORDS_OF_A_JOB; record++) {
      for (let k = 0; k < NUMBERS; k++) cells[place + k] = seqno;
      place = place + NUMBERS === cells.length ? 0 : place + NUMBERS;
    }
  };
}

export const promiseEach: Contest = overhead("lifecycle/promise-each", {
  "a promise asked for on each job, and awaited": (copy) => {
    const queues = openTickQueues(copy.core, NO_DEPENDENCIES);
    return { body: queues.body, run: byPromises(queues) };
  },
});

function traced(copy: Copy, clock: ClockPolicy): Work {
  const queues = openTickQueues(copy.core, NO_DEPENDENCIES);
  const running = copy.tracing.startTrace({ maxEvents: TRACED_EVENTS, clock });
  return {
    body: queues.body,
    run: byFences(queues),
    verify: (jobs) => {
      const events = running.length + running.dropped;
      return Promise.resolve(events > jobs ? undefined : `the trace has ${events} events of ${jobs} jobs`);
    },
  };
}

type Work = Pick<Contestant, "body" | "run" | "verify">;

/** Each of them by what it leaves in, and how it is made on a copy of its own. */
type Makers = Readonly<Record<string, (copy: Copy) => Work>>;

/** `least` is the least that somebody has to do who has it left in. */
function overhead(name: string, makers: Makers, least: Makers = {}): Contest {
  const what = Object.keys(makers).join("; ");
  return { kind: "contest", name, title: `${what}; beside without: ${load}`, prepare: () => lineupOf(makers, least) };
}

async function lineupOf(makers: Makers, least: Makers): Promise<Lineup> {
  const copies = new Copies();
  const asContestant = (called: string, role: Role, work: Work): Contestant => ({
    name: called,
    role,
    order: "kept",
    ...work,
  });
  const plain = openTickQueues((await copies.asItIs()).core, NO_DEPENDENCIES);
  const contestants: Contestant[] = [];
  for (const [what, make] of Object.entries(makers)) {
    contestants.push(asContestant(what, "signalbox", make(await copies.asItIs())));
  }
  for (const [what, make] of Object.entries(least)) {
    contestants.push(asContestant(what, "floor", make(await copies.asItIs())));
  }
  contestants.push(asContestant("without", "floor", { body: plain.body, run: byFences(plain) }));
  return {
    contestants,
    close() {
      copies.remove();
      return Promise.resolve();
    },
  };
}
