/**
 * The conformance suite: what every device must do, as checks that any test runner can run.
 *
 * A device's tests describe how to open it and which jobs it runs (a target); each check opens a device of its own, watches
 * it through the observer (promises 1 to 5 and 8), and closes it.
 */
import { FenceError, SignalboxError } from "../errors.ts";
import type { Device } from "../device.ts";
import type { JobSpec } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import type { FenceState } from "../fence/state.ts";
import { Timeline } from "../fence/timeline.ts";
import { seededRandom } from "../platform/random.ts";
import { realPlatform } from "../platform/real.ts";
import type { Job, JobStage } from "../queue/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import { submit } from "../queue/submission.ts";
import { check, rejection, thrown } from "./check.ts";
import { observe } from "./observer.ts";

/** What the suite has to know of a device. */
export interface ConformanceTarget<Spec extends JobSpec = JobSpec> {
  /** What to call it. */
  readonly name: string;
  /** Opens a fresh device; the suite closes it. */
  open(): Promise<Device<Spec>>;
  /** A job that succeeds soon, built on what the suite asks for. */
  works(device: Device<Spec>, base: JobSpec): Spec;
  /** A job that fails on the device, with an error of the device's own. */
  fails(device: Device<Spec>, base: JobSpec): Spec;
  /** A job that succeeds after keeping the device busy for tens of ms. */
  slow(device: Device<Spec>, base: JobSpec): Spec;
  /** A job that hangs and never ends by itself, if the device takes timeouts. */
  hangs?(device: Device<Spec>, base: JobSpec): Spec;
  /** A spec that the device can't run and refuses when the job is made, if there is such a thing. */
  readonly invalid?: Spec;
}

/** One check: run it as one test. */
export interface ConformanceCheck {
  readonly name: string;
  run(): Promise<void>;
}

interface Bench<Spec extends JobSpec> {
  readonly device: Device<Spec>;
  readonly target: ConformanceTarget<Spec>;
  works(queue: JobQueue<Spec>, base?: JobSpec): Job<unknown, Spec>;
  fails(queue: JobQueue<Spec>, base?: JobSpec): Job<unknown, Spec>;
  slow(queue: JobQueue<Spec>, base?: JobSpec): Job<unknown, Spec>;
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    realPlatform.macrotask(resolve);
  });
}

async function settled(fences: readonly Fence[]): Promise<number[]> {
  await Promise.allSettled(fences.map((fence) => fence.wait()));
  check(
    fences.every((fence) => fence.signalled),
    "Promise 1: a fence that was waited for has not signalled",
  );
  return fences.map((fence) => fence.error);
}

function expectPath(job: Job, stage: JobStage, state: FenceState): void {
  check(
    job.stage === stage && job.state === state,
    `the job is ${job.stage} and its fence ${job.state}, not ${stage} and ${state}`,
  );
}

type Body = <Spec extends JobSpec>(bench: Bench<Spec>) => Promise<void>;

const checks: readonly (readonly [name: string, body: Body])[] = [
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
    "kill cancels what is queued, and lets what runs come to its end (promise 3)",
    async (bench) => {
      const queue = bench.device.queue("killed", { jobs: 1 });
      const jobs = [bench.slow(queue), bench.works(queue), bench.works(queue)];
      const fences = submit(...jobs);
      while (jobs[0]?.stage === "queued") await turn();
      queue.kill(new Error("enough"));
      const errors = await settled(fences);
      check(errors[0] === 0, `what was running ended with ${errors[0]}`);
      check(
        fences.slice(1).every((fence) => fence.failure()?.code === "ECANCELED"),
        `what was queued ended with ${errors.slice(1).join(", ")}`,
      );
      check(queue.stats.done === 1 && queue.stats.cancelled === 2, "the counts don't add up");
      check(
        thrown(() => bench.works(queue), "a job on a killed queue") instanceof SignalboxError,
        "a killed queue takes jobs",
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
  [
    "a queue that is destroyed ends alone, and becomes inactive",
    async (bench) => {
      const ending = bench.device.queue("ending");
      const staying = bench.device.queue("staying");
      const [fence] = submit(bench.works(ending));
      await ending.destroy();
      check(fence.signalled && ending.state === "inactive", `a destroyed queue is ${ending.state}`);
      thrown(() => bench.works(ending), "a job on a destroyed queue");
      const [alive] = submit(bench.works(staying));
      await alive.wait();
    },
  ],
  [
    "close lets everything that was pushed run",
    async (bench) => {
      const queues = ["a", "b"].map((name) => bench.device.queue(name, { credits: 2 }));
      const fences = queues.flatMap((queue) => [...submit(...Array.from({ length: 8 }, () => bench.works(queue)))]);
      await bench.device.close();
      check(
        fences.every((fence) => fence.status === 1),
        "close did not wait for a job",
      );
      check(bench.device.state === "closed", `the device is ${bench.device.state}`);
      check(
        thrown(() => bench.device.queue("late"), "a queue on a closed device") instanceof SignalboxError,
        "a closed device opens queues",
      );
    },
  ],
  [
    "close with no time left still signals every fence (promise 1)",
    async (bench) => {
      const queue = bench.device.queue("cut short", { jobs: 2 });
      const never = new Timeline("never").fence();
      const fences = submit(
        ...Array.from({ length: 6 }, () => bench.slow(queue)),
        bench.works(queue).after(never.fence),
      );
      const closed = bench.device.close({ timeout: 1 });
      check(closed === bench.device.close(), "a second close is another close");
      await closed;
      check(
        fences.every((fence) => fence.signalled),
        "a fence is left unsignalled",
      );
      check((fences.at(-1)?.error ?? 0) < 0, "a job whose dependency never signalled has no error");
      never.signal(); // The device has ended without it; dropped, the validator would tell of it.
    },
  ],
  [
    "a random program of 400 jobs on four queues keeps promises 1 to 5",
    async (bench) => {
      const random = seededRandom(2026);
      const pick = (below: number): number => Math.floor(random() * below);
      const queues = [4, 8, 16, 3].map((credits, index) => bench.device.queue(`random ${index}`, { credits, jobs: 4 }));
      const fences: Fence[] = [];
      for (let count = 0; count < 400;) {
        const batch: Job[] = [];
        for (let size = 1 + pick(4); size > 0; size--, count++) {
          const queue = queues[pick(queues.length)];
          check(queue !== undefined, "no queue");
          const base = { cost: pick(4) };
          const job = random() < 0.05 ? bench.fails(queue, base) : bench.works(queue, base);
          for (let edges = pick(4); edges > 0; edges--) {
            const known = [...fences.slice(-40), ...batch];
            const dependency = known[pick(known.length)];
            if (dependency !== undefined && random() < 0.7) job.after(dependency);
          }
          batch.push(job);
        }
        fences.push(...submit(...batch));
        if (random() < 0.1) await fences[pick(fences.length)]?.wait().catch(() => undefined);
      }
      await settled(fences);
      await bench.device.close();
    },
  ],
];

/** How long a job that hangs may take, in ms; those that are not to be ended get more than a busy machine needs. */
const HANGS_FOR = 100;

type HangingBody = <Spec extends JobSpec>(
  bench: Bench<Spec>,
  hangs: (queue: JobQueue<Spec>, base?: JobSpec) => Job<unknown, Spec>,
) => Promise<void>;

// The innocent ones are idempotent: a device may have to be reset on account of the one that hangs (Q26).
const innocent: JobSpec = { idempotent: true };

const hangingChecks: readonly (readonly [name: string, body: HangingBody])[] = [
  [
    "a job that hangs ends with ETIME, and those behind it run (promise 9)",
    async (bench, hangs) => {
      const queue = bench.device.queue("hanging");
      const hung = hangs(queue, { label: "stuck" });
      const behind = [bench.works(queue, innocent), bench.works(queue, innocent)];
      const errors = await settled(submit(hung, ...behind));
      const failure = hung.failure();
      check(failure instanceof FenceError && failure.code === "ETIME", `the job that hangs ended with ${errors[0]}`);
      check(
        failure.cause instanceof SignalboxError && failure.cause.message.includes('"stuck"'),
        `its cause doesn't name it: ${String(failure.cause)}`,
      );
      check(errors[1] === 0 && errors[2] === 0, `those behind it ended with ${errors.slice(1).join(", ")}`);
      await settled(submit(bench.works(queue)));
      check(queue.stats.failed === 1 && queue.state === "usable", "the queue has failed with it");
    },
  ],
  [
    "a job that hangs leaves other queues alone (promise 12)",
    async (bench, hangs) => {
      const [bad, good] = [bench.device.queue("bad"), bench.device.queue("good")];
      const hung = [hangs(bad, innocent), hangs(bad, innocent)]; // As for the other one.
      const fences = submit(...hung, ...Array.from({ length: 20 }, () => bench.works(good, innocent)));
      const errors = await settled(fences);
      check(
        hung.every((job) => job.failure()?.code === "ETIME"),
        `those that hang ended with ${errors.slice(0, 2).join(", ")}`,
      );
      check(
        errors.slice(2).every((error) => error === 0),
        "a job of another queue failed",
      );
    },
  ],
  [
    "close waits for a job that hangs to be out of time, and takes less where it may not wait (promise 1)",
    async (bench, hangs) => {
      const queue = bench.device.queue("closing");
      const fences = submit(hangs(queue), bench.works(queue, innocent), hangs(queue, { ...innocent, timeout: 60_000 }));
      await fences[1].wait();
      await bench.device.close({ timeout: 20 });
      check(
        fences.map((fence) => fence.failure()?.code).join(" ") === "ETIME  ETIME",
        `the jobs ended with ${fences.map((fence) => fence.error).join(", ")}`,
      );
    },
  ],
];

function benchOf<Spec extends JobSpec>(target: ConformanceTarget<Spec>, device: Device<Spec>): Bench<Spec> {
  return {
    device,
    target,
    works: (queue, base = {}) => queue.job(target.works(device, base)),
    fails: (queue, base = {}) => queue.job(target.fails(device, base)),
    slow: (queue, base = {}) => queue.job(target.slow(device, base)),
  };
}

/**
 * The checks that a device must pass, each with a device of its own.
 *
 * @example
 * ```ts
 * describe("my device", () => {
 *   for (const { name, run } of deviceConformance(target)) it(name, run);
 * });
 * ```
 */
export function deviceConformance<Spec extends JobSpec>(target: ConformanceTarget<Spec>): readonly ConformanceCheck[] {
  const all = checks.map(([name, body]) => onDevice(name, target, body));
  if (target.hangs !== undefined)
    for (const [name, body] of hangingChecks) {
      const hang = (bench: Bench<Spec>, queue: JobQueue<Spec>, base: JobSpec = {}): Job<unknown, Spec> =>
        queue.job(target.hangs!(bench.device, { timeout: HANGS_FOR, ...base }));
      all.push(onDevice(name, target, (bench) => body(bench, (queue, base) => hang(bench, queue, base))));
    }
  const { invalid } = target;
  if (invalid !== undefined)
    all.push({ name: "a spec that can't run is refused when the job is made", run: () => refuses(target, invalid) });
  return all;
}

function onDevice<Spec extends JobSpec>(
  name: string,
  target: ConformanceTarget<Spec>,
  body: (bench: Bench<Spec>) => Promise<void>,
): ConformanceCheck {
  return {
    name,
    async run() {
      const device = await target.open();
      try {
        await observe(async () => {
          await body(benchOf(target, device));
          await device.close();
        });
      } finally {
        await device.close();
      }
    },
  };
}

async function refuses<Spec extends JobSpec>(target: ConformanceTarget<Spec>, invalid: Spec): Promise<void> {
  const device = await target.open();
  try {
    const queue = device.queue("strict");
    check(
      thrown(() => queue.job(invalid), "a job with an invalid spec") instanceof Error,
      "what was thrown is no Error",
    );
    check(queue.stats.pushed === 0, "the job was pushed");
  } finally {
    await device.close();
  }
}
