/**
 * What a thing costs that one may leave out, beside the same without: the jobs of `lifecycle/tick`, without dependencies.
 *
 * `overhead/timeouts`: a timeout on each queue. `overhead/trace`: a trace that runs all the time. `lifecycle/promise-each`: a promise
 * for each job, which the producer awaits, where else it looks at fences. (The validator's cost is in the lockdep cases.)
 *
 * Each contestant has a copy of the package of its own, so that what one of them does is not compiled into the code of the other.
 */
import type { Contest, Contestant, Lineup, Role } from "../harness/contest.ts";
import { NO_DEPENDENCIES } from "../lifecycle/load.ts";
import { openTickQueues } from "../lifecycle/tick-driver.ts";
import { byFences, byPromises } from "../lifecycle/tick-signalbox.ts";
import { Copies } from "../lockdep/copies.ts";
import type { Copy } from "../lockdep/copies.ts";

/** Longer than any round: no job is ever out of time. */
const TIMEOUT_MS = 600_000;
/** What the trace holds of the newest events: a program that leaves it on holds no more either. */
const TRACED_EVENTS = 100_000;

const load = "4 queues x 64 credits, the device completes on the next tick";

export const timeouts: Contest = overhead("overhead/timeouts", "a timeout on each queue", (copy) => {
  const queues = openTickQueues(copy.core, NO_DEPENDENCIES, { timeout: TIMEOUT_MS });
  return { body: queues.body, run: byFences(queues) };
});

export const trace: Contest = overhead("overhead/trace", "a trace that runs", (copy) => {
  const queues = openTickQueues(copy.core, NO_DEPENDENCIES);
  const running = copy.tracing.startTrace({ maxEvents: TRACED_EVENTS });
  return {
    body: queues.body,
    run: byFences(queues),
    verify: (jobs) => {
      const events = running.length + running.dropped;
      return Promise.resolve(events > jobs ? undefined : `the trace has ${events} events of ${jobs} jobs`);
    },
  };
});

export const promiseEach: Contest = overhead(
  "lifecycle/promise-each",
  "a promise asked for on each job, and awaited",
  (copy) => {
    const queues = openTickQueues(copy.core, NO_DEPENDENCIES);
    return { body: queues.body, run: byPromises(queues) };
  },
);

type Work = Pick<Contestant, "body" | "run" | "verify">;

function overhead(name: string, what: string, make: (copy: Copy) => Work): Contest {
  return { kind: "contest", name, title: `${what}, beside without: ${load}`, prepare: () => lineupOf(what, make) };
}

async function lineupOf(what: string, make: (copy: Copy) => Work): Promise<Lineup> {
  const copies = new Copies();
  const asContestant = (called: string, role: Role, work: Work): Contestant => ({
    name: called,
    role,
    order: "kept",
    ...work,
  });
  const plain = openTickQueues((await copies.asItIs()).core, NO_DEPENDENCIES);
  const contestants = [
    asContestant(what, "signalbox", make(await copies.asItIs())),
    asContestant("without", "floor", { body: plain.body, run: byFences(plain) }),
  ];
  return {
    contestants,
    close() {
      copies.remove();
      return Promise.resolve();
    },
  };
}
