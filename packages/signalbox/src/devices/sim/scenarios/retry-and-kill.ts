/**
 * Idempotent jobs that a reset puts back, Q26, and a queue that is killed while its device is being reset: what runs again runs in
 * order, behind nothing twice; what was killed doesn't. A follower on another ring waits for what is run again.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const retryAndKill: Scenario<"jobs" | "resets"> = {
  name: "retry-and-kill",
  about: "jobs that are run again after resets, in a queue that is killed during one",
  size: { jobs: { small: 1, large: 4, least: 1 }, resets: { small: 1, large: 3, least: 1 } },
  microtasksFirst: true,
  faults: ["restart fails", "job fails", "run throws", "flush throws", "device is lost"],
  build(world, { jobs, resets }) {
    const gpu = world.device("gpu", { rings: 2, recovery: { attempts: 2, backoff: 5, timeLimit: 50 } });
    const queue = gpu.queue("work", { credits: 2, retries: 2 });
    const after = gpu.queue("after", { ring: 1 });

    world.actor("submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits job ${index}, and what follows it`;
        unlessRefused(world, () => {
          const job = queue.job({ label: `job ${index}`, idempotent: index % 2 === 0 });
          submit(job, after.job({ label: `follower ${index}`, after: job }));
        });
      }
    });
    world.actor("resetter", function* () {
      for (let index = 0; index < resets; index++) {
        yield "resets the device";
        gpu.recovery!.reset("on a whim");
      }
    });
    world.actor("killer", function* () {
      yield "kills queue work";
      queue.kill("enough");
      yield until("sees it inactive", () => queue.state === "inactive");
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
