/** Programs to trace: one that is always the same, and random ones. */
import fc from "fast-check";
import { RecoveryDomain, Ring, Timeline, errno, submit } from "../../src/index.ts";
import type { Driver, DriverFence, Fence, Job, JobQueue } from "../../src/index.ts";
import { SimPlatform } from "../../src/devices/sim/index.ts";
import type { SimJob } from "../../src/devices/sim/index.ts";
import { hooks } from "../../src/hooks.ts";
import { manualSim } from "./support.ts";

/** 120 frames of four jobs over three queues on two rings: 480 jobs, of which one fails and three are cancelled. */
export function frames(count = 120): void {
  const sim = manualSim({ name: "gpu", rings: 2, seed: 5, latency: (random) => 0.8 + 1.4 * random() });
  const upload = sim.queue("upload", { credits: 12 });
  const compute = sim.queue("compute", { credits: 3, ring: 1 });
  const readback = sim.queue("readback", { credits: 4 });
  const vsync = new Timeline("vsync", { platform: sim.platform });
  for (let frame = 0; frame < count; frame++) {
    sim.platform.setTimer(() => {
      const tick = vsync.fence();
      sim.platform.setTimer(() => tick.signal(), 3);
      const put = upload.job({ label: `put ${frame}`, cost: 1 + (frame % 5), error: frame === 40 ? errno.EIO : 0 });
      const blur = compute.job({ label: `blur ${frame}`, after: [put, tick.fence] });
      const edges = compute.job({ after: put });
      const get = readback.job({ after: edges });
      submit(put, blur, edges, get);
      get.wait({ timeout: 50 }).catch(() => {});
    }, 4 * frame);
  }
  sim.platform.run();
}

/**
 * Two rings that are reset together: `hung` hangs for 100 ms and is guilty; `again`, behind it, is run again; `other`, on the other ring,
 * is not. The device is away for 20 ms, `late` is pushed meanwhile.
 */
export function resetProgram(): void {
  const platform = new SimPlatform({ auto: false });
  const rings: Ring[] = [];
  const held = new Map<string, Job[]>();
  // In order, 30 ms each; what is behind a job that hangs never begins.
  const begin = (on: Job[]): void => {
    const [first] = on;
    if (first === undefined || first.label === "hung") return;
    platform.setTimer(() => {
      if (on[0] !== first) return;
      on.shift();
      first.queue.complete(first);
      begin(on);
    }, 30);
  };
  const driver = (name: string): Driver => ({
    name,
    run(job) {
      const on = held.get(name) ?? [];
      held.set(name, on);
      if (on.push(job) === 1) begin(on);
      return "pending";
    },
    cancel() {},
    timedOut: () => "reset",
  });
  let back = (): void => {};
  const recovery = new RecoveryDomain(
    "gpu",
    {
      stop() {
        for (const on of held.values()) on.length = 0;
      },
      restart: () => ({ then: (resolve: () => void) => void (back = resolve) }) as unknown as Promise<void>,
    },
    { platform },
  );
  rings.push(...["left", "right"].map((name) => new Ring(driver(name), { platform, recovery })));
  const queue = rings[0]!.queue("compute", { timeout: 100 });
  submit(queue.job({ label: "fine" }), queue.job({ label: "hung" }), queue.job({ label: "again", idempotent: true }));
  platform.run(115);
  const other = rings[1]!.queue("copy");
  submit(other.job({ label: "other" }));
  platform.run(130);
  platform.setTimer(() => {
    submit(queue.job({ label: "late" }));
  }, 10);
  platform.setTimer(() => {
    back();
  }, 20);
  platform.run();
}

/** One thing that a random program does. */
export type Step =
  | { readonly do: "submit"; readonly jobs: readonly RandomJob[] }
  | { readonly do: "fence"; readonly timeline: number }
  | { readonly do: "signal"; readonly count: number }
  | { readonly do: "fail" }
  | { readonly do: "wait"; readonly back: number; readonly timeout: number }
  | { readonly do: "run"; readonly time: number }
  | { readonly do: "span"; readonly back: number; readonly start: number; readonly length: number }
  | { readonly do: "kill"; readonly queue: number }
  | { readonly do: "lose" };

interface RandomJob {
  readonly queue: number;
  readonly cost: number;
  readonly duration: number;
  readonly error: number;
  readonly label: string | undefined;
  /** How far back in all that was made its dependencies are. */
  readonly after: readonly number[];
}

const randomJob: fc.Arbitrary<RandomJob> = fc.record({
  queue: fc.nat(3),
  cost: fc.nat(4),
  duration: fc.constantFrom(0, 0, 0.25, 1, 3),
  error: fc.constantFrom(0, 0, 0, 0, errno.EIO),
  label: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
  after: fc.array(fc.nat(12), { maxLength: 3 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      jobs: fc.array(randomJob, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 15, arbitrary: fc.record({ do: fc.constant("fence" as const), timeline: fc.nat(1) }) },
  { weight: 15, arbitrary: fc.record({ do: fc.constant("signal" as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("wait" as const), back: fc.nat(6), timeout: fc.nat(5) }) },
  { weight: 30, arbitrary: fc.record({ do: fc.constant("run" as const), time: fc.constantFrom(0, 0.25, 1, 4) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("span" as const),
      back: fc.nat(6),
      start: fc.double({ min: -2, max: 2, noNaN: true }),
      length: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const), queue: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const) }) },
);

/** Programs that submit, signal, wait, run, kill and lose, in any order. */
export const randomProgram: fc.Arbitrary<readonly Step[]> = fc.array(step, { maxLength: 40 });

/** Carries a random program out, in virtual time. What it may not do is left out. `before` is told of each step. */
export function perform(program: readonly Step[], before: (index: number) => void = () => {}): void {
  const sim = manualSim({ rings: 2, slots: 3 });
  const { platform } = sim;
  const queues: JobQueue<SimJob>[] = [
    sim.queue("a", { credits: 4 }),
    sim.queue("b", { jobs: 2, ring: 1 }),
    sim.queue("c", { onFailedDependency: "ignore" }),
    sim.queue("d", { credits: 8, bypass: true, ring: 1 }),
  ];
  const killed = new Set<JobQueue<SimJob>>();
  const timelines = ["x", "y"].map((name) => new Timeline(name, { platform }));
  const open: DriverFence[] = [];
  const made: Fence[] = [];
  const pick = (back: number): Fence | undefined => made[made.length - 1 - back];
  for (const [index, action] of program.entries()) {
    before(index);
    switch (action.do) {
      case "submit": {
        const jobs: Job[] = [];
        for (const { queue: number, after, ...spec } of action.jobs) {
          const queue = queues[number]!;
          if (killed.has(queue)) continue;
          const { label, ...rest } = spec;
          const job = queue.job({ ...rest, ...(label === undefined ? {} : { label }) });
          for (const back of after) {
            const dependency = pick(back);
            if (dependency !== undefined) job.after(dependency);
          }
          jobs.push(job);
          made.push(job);
        }
        submit(...jobs);
        break;
      }
      case "fence": {
        const fence = timelines[action.timeline]!.fence();
        open.push(fence);
        made.push(fence.fence);
        break;
      }
      case "signal":
        for (let count = 0; count < action.count; count++) signalOldest(open, (fence) => fence.signal());
        break;
      case "fail":
        signalOldest(open, (fence) => fence.fail(errno.ETIME, "late"));
        break;
      case "wait": {
        const fence = pick(action.back);
        fence?.wait({ timeout: action.timeout }).catch(() => {});
        break;
      }
      case "run":
        platform.run(platform.now() + action.time);
        break;
      case "span": {
        const fence = pick(action.back);
        if (fence?.kind !== "job") break;
        const start = Math.max(0, platform.now() + action.start);
        const job = fence as Job;
        const ring = queues[0]!.ring as unknown as Ring;
        hooks.tracer?.deviceSpan({ ring, job, name: "pass", start, end: start + action.length });
        break;
      }
      case "kill":
        killed.add(queues[action.queue]!);
        queues[action.queue]!.kill("stop");
        break;
      case "lose":
        for (const queue of queues) killed.add(queue);
        sim.lose("unplugged");
        break;
    }
  }
}

// A timeline signals in order, so the oldest that is open is always allowed to.
function signalOldest(open: DriverFence[], signal: (fence: DriverFence) => void): void {
  const fence = open.shift();
  if (fence !== undefined) signal(fence);
}
