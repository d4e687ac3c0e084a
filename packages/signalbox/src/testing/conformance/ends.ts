/** How queues and devices end: nothing that was pushed is left unsignalled (promises 1 and 3). */
import { SignalboxError } from "../../errors.ts";
import { Timeline } from "../../fence/timeline.ts";
import { submit } from "../../queue/submission.ts";
import { check, thrown } from "../check.ts";
import { settled, turn } from "./bench.ts";
import type { NamedBody } from "./bench.ts";

export const endChecks: readonly NamedBody[] = [
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
];
