import fc from "fast-check";
import { expect, test } from "vitest";
import { Fence, Ring, deliver, errno, submit } from "../../src/index.ts";
import type { Job, JobQueue } from "../../src/index.ts";
import { hooks } from "../../src/hooks.ts";
import type { Tracer } from "../../src/hooks.ts";
import type { TraceEvent } from "../../src/trace/index.ts";
import { brief, traced } from "./support.ts";

/** An event in one line, with its numbers. */
function inFull(event: TraceEvent): string {
  const credits = "credits" in event ? ` ${event.credits} credits` : "";
  const error = "error" in event ? ` error ${event.error}` : "";
  const cost = "cost" in event ? ` cost ${event.cost} label ${event.label ?? "-"}` : "";
  return `${brief(event)}${credits}${error}${cost}`;
}

/** The same of a call of the tracer, as it comes. */
function inFullOf(call: string, subject: Ring | JobQueue | Fence): string {
  if (!(subject instanceof Fence)) return `${call} ${subject.name}`;
  const job = subject as Job;
  const whom = call === "jobMade" ? `${job.queue.name} ${job._label ?? "-"}` : `${job.timelineName}:${job.seqno}`;
  const cost = call === "jobMade" || call === "jobArmed" ? ` cost ${job.cost} label ${job._label ?? "-"}` : "";
  const credits = call === "jobStarted" || call === "jobCompleted" ? ` ${job.queue.creditsInFlight} credits` : "";
  const error = call === "jobCompleted" || call === "fenceSignalled" ? ` error ${subject._error}` : "";
  return `${call} ${whom}${credits}${error}${cost}`;
}

/** Listens in before the trace does, and answers what it has heard. */
function overheard(): readonly string[] {
  const told: string[] = [];
  hooks.tracer = new Proxy(hooks.tracer!, {
    get: (recorder, name) => (subject: Fence, more: never) => {
      const call = name as keyof Tracer;
      told.push(inFullOf(call, subject));
      (recorder[call] as (subject: Fence, more: never) => void).call(recorder, subject, more);
    },
  });
  return told;
}

const made = fc.record({ cost: fc.nat(2), label: fc.constantFrom(undefined, "a", "b"), behind: fc.boolean() });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ queue: fc.nat(1), jobs: fc.array(made, { minLength: 1, maxLength: 4 }) }) },
  fc.record({ complete: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), fails: fc.nat(9), whole: fc.boolean() }),
  fc.constant("turn" as const),
);

test("events that share a record are told one by one, as they came, whatever jobs do", async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    fc.constantFrom("precise" as const, "batch" as const),
    fc.constantFrom(7, 40, 10_000),
    async (steps, clock, maxEvents) => {
      const trace = traced({ clock, maxEvents });
      const told = overheard();
      const running: Job[] = [];
      const ring = new Ring({ name: "by hand", run: (job: Job) => (running.push(job), "pending"), cancel: () => {} });
      const queues = [ring.queue("first", { credits: 5 }), ring.queue("second", { credits: 5 })];
      let last: Fence | undefined;
      for (const what of steps) {
        if (what === "turn") await Promise.resolve();
        else if ("jobs" in what) {
          // The one that is armed first is not the one that was made last.
          const jobs = what.jobs.map(({ cost, label, behind }) =>
            queues[what.queue]!.job({
              cost,
              ...(label === undefined ? {} : { label }),
              ...(behind && last !== undefined ? { after: last } : {}),
            }),
          );
          for (const job of jobs) [last] = submit(job);
        } else
          deliver(() => {
            for (const index of what.whole ? [0, 0, 0, 0, 0] : what.complete) {
              const [job] = running.splice(index % (running.length + 1), 1);
              job?.queue.complete(job, index === what.fails ? errno.EIO : 0);
            }
          });
      }
      const drained = Promise.all(queues.map((queue) => queue.drain())).then(() => true);
      while (!(await Promise.race([drained, new Promise((resolve) => setImmediate(resolve, false))]))) {
        for (const job of running.splice(0)) job.queue.complete(job);
      }
      trace.stop();
      hooks.tracer = null;
      const events = trace.events();
      expect(events.map(inFull)).toEqual(told.slice(trace.dropped));
      expect([events.length, events.length + trace.dropped]).toEqual([trace.length, told.length]);
      expect(trace.length).toBeLessThanOrEqual(maxEvents);
      expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).sort((a, b) => a - b));
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
