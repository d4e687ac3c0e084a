/** What every device does with jobs: their way, their order, what they wait for, how they fail (promises 2, 4 and 5). */
import { FenceError, SignalboxError } from "../../errors.ts";
import { Timeline } from "../../fence/timeline.ts";
import { submit } from "../../queue/submission.ts";
import { check, rejection, thrown } from "../check.ts";
import { expectPath, settled } from "./bench.ts";
import type { NamedBody } from "./bench.ts";

export const jobChecks: readonly NamedBody[] = [
  [
    "a job runs, its fence signals, it is released",
    async (bench) => {
      const queue = bench.device.queue("one");
      const job = bench.works(queue);
      expectPath(job, "made", "fresh");
      const [fence] = submit(job);
      expectPath(job, "queued", "published");
      check(fence.seqno === 1, `the first job has seqno ${fence.seqno}`);
      await fence.wait();
      check(fence.status === 1 && fence.timestamp !== undefined, `its fence has status ${fence.status}`);
      await queue.drain();
      expectPath(job, "released", "signalled");
      check(fence.driverName !== "" && fence.timelineName === "one", "its names stay readable (F29)");
    },
  ],
  [
    "fences of one queue signal in the order of their seqnos (promise 2)",
    async (bench) => {
      const queue = bench.device.queue("ordered");
      const fences = submit(...Array.from({ length: 50 }, () => bench.works(queue)));
      check(
        (await settled(fences)).every((error) => error === 0),
        "a job that works failed",
      );
      fences.reduce((before, fence) => {
        check(
          (fence.timestamp ?? 0) >= (before.timestamp ?? 0),
          `seqno ${fence.seqno} signalled before ${before.seqno}`,
        );
        return fence;
      });
    },
  ],
  [
    "a job on another queue runs after what it depends on (promise 4)",
    async (bench) => {
      const first = bench.device.queue("first");
      const second = bench.device.queue("second");
      const cause = bench.slow(first);
      const effect = bench.works(second).after(cause);
      const [, done] = submit(cause, effect);
      check(effect.stage === "queued", `the dependent is ${effect.stage} at once`);
      await done.wait();
      check(cause.signalled, "the dependent is done and the dependency is not");
    },
  ],
  [
    "a job waits for a fence that the program signals",
    async (bench) => {
      const queue = bench.device.queue("gated");
      const gate = new Timeline("gate").fence();
      const [done] = submit(bench.works(queue).after(gate.fence));
      await rejection(done.wait({ timeout: 20 }), "a wait for a gated job");
      gate.signal();
      await done.wait();
    },
  ],
  [
    "a failure is its own job's error, and nobody else's",
    async (bench) => {
      const queue = bench.device.queue("mixed");
      const jobs = [bench.works(queue), bench.fails(queue, { label: "doomed" }), bench.works(queue)];
      const errors = await settled(submit(...jobs));
      check(errors[0] === 0 && errors[2] === 0, `its neighbours ended with ${errors[0]} and ${errors[2]}`);
      check((errors[1] ?? 0) < 0, `the failing job ended with ${errors[1]}`);
      const failure = jobs[1]?.failure();
      check(failure instanceof FenceError && failure.cause !== undefined, "the failure names no cause");
      check(
        failure.job === "doomed" && failure.queue === "mixed",
        `the failure names job "${failure.job}" of queue "${failure.queue}"`,
      );
    },
  ],
  [
    "a failed dependency cancels the dependent, with the failure as its cause (Q19)",
    async (bench) => {
      const queue = bench.device.queue("sources");
      const other = bench.device.queue("dependents");
      const source = bench.fails(queue);
      const [, dependent, last] = submit(source, bench.works(other).after(source), bench.works(other));
      const error = await rejection(dependent.wait(), "the wait for the dependent");
      check(error instanceof FenceError && error.code === "ECANCELED", `the dependent ended with ${String(error)}`);
      check(
        error.cause instanceof FenceError && error.cause.errno === source.error,
        "the cause is not the dependency's own failure",
      );
      await last.wait();
    },
  ],
  [
    "credits bound what is in flight (promise 5)",
    async (bench) => {
      const queue = bench.device.queue("bounded", { credits: 5, jobs: 3 });
      const jobs = Array.from({ length: 30 }, (_, index) => bench.works(queue, { cost: index % 4 }));
      const errors = await settled(submit(...jobs));
      check(
        errors.every((error) => error === 0),
        "a job that works failed",
      );
      check(
        queue.stats.peakCredits <= 5 && queue.creditsInFlight === 0,
        `peak ${queue.stats.peakCredits}, now ${queue.creditsInFlight} of 5 credits`,
      );
      check(
        thrown(() => bench.works(queue, { cost: 6 }), "a job above the limit") instanceof RangeError,
        "a cost above the limit is no RangeError (Q21)",
      );
    },
  ],
  [
    "a wait that is given up leaves the job alone",
    async (bench) => {
      const queue = bench.device.queue("patient");
      const [fence] = submit(bench.slow(queue));
      const late = await rejection(fence.wait({ timeout: 0 }), "a look at a running job");
      check(late instanceof SignalboxError && late.code === "ETIMEDOUT", `the wait ended with ${String(late)}`);
      const controller = new AbortController();
      const wait = fence.wait({ signal: controller.signal });
      controller.abort(new Error("changed my mind"));
      check(
        (await rejection(wait, "an aborted wait")) === controller.signal.reason,
        "an aborted wait rejects with another reason",
      );
      await fence.wait();
    },
  ],
];
