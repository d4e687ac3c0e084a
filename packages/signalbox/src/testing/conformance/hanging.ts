/** What becomes of jobs that hang, on a device that takes timeouts: their end, and their neighbours' (promises 9 and 12). */
import type { JobSpec } from "../../driver.ts";
import { FenceError, SignalboxError } from "../../errors.ts";
import type { Job } from "../../queue/job.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import { submit } from "../../queue/submission.ts";
import { check } from "../check.ts";
import { settled } from "./bench.ts";
import type { Bench } from "./bench.ts";

/** How long a job that hangs may take, in ms; those that are not to be ended get more than a busy machine needs. */
export const HANGS_FOR = 100;

/** The body of such a check: it is given how to make a job that hangs, too. */
export type HangingBody = <Spec extends JobSpec>(
  bench: Bench<Spec>,
  hangs: (queue: JobQueue<Spec>, base?: JobSpec) => Job<unknown, Spec>,
) => Promise<void>;

// The innocent ones are idempotent: a device may have to be reset on account of the one that hangs (Q26).
const innocent: JobSpec = { idempotent: true };

export const hangingChecks: readonly (readonly [name: string, body: HangingBody])[] = [
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
