/**
 * A reset with queues in each state of teardown: promise 12. One is used, one destroyed, one killed, with jobs that run, wait, or were
 * done with; each end waits for the device's word.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

const ENDS = ["destroyed", "killed", "used"] as const;

export const resetInTeardown: Scenario<"queues" | "jobs" | "attempts"> = {
  name: "reset-in-teardown",
  about: "a device that is reset while its queues are used, destroyed, killed, and let go of",
  size: {
    queues: { small: 1, large: 3, least: 1 },
    jobs: { small: 1, large: 3, least: 1 },
    attempts: { small: 1, large: 3, least: 1 },
  },
  microtasksFirst: true,
  faults: ["restart fails", "firmware refuses", "device is lost"],
  build(world, { queues: count, jobs, attempts }) {
    const gpu = world.device("gpu", {
      rings: 2,
      completes: "fences",
      firmware: true,
      recovery: { attempts, backoff: 5, timeLimit: 50 },
    });
    const queues = Array.from({ length: count }, (_, index) =>
      gpu.queue(ENDS[index % ENDS.length]!, { ring: index % 2 }),
    );

    world.actor("submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits job ${index} of each queue`;
        for (const queue of queues) {
          unlessRefused(world, () => {
            submit(queue.job({ label: `${queue.name} ${index}`, idempotent: index % 2 === 0 }));
          });
        }
      }
    });
    for (const queue of queues.filter(({ name }) => name !== "used")) {
      world.actor(`owner of ${queue.name}`, function* () {
        yield `ends queue ${queue.name}`;
        if (queue.name === "destroyed") queue.destroy();
        else queue.kill("enough");
        yield until("sees it inactive", () => queue.state === "inactive");
      });
    }
    world.actor("resetter", function* () {
      yield "resets the device";
      gpu.recovery!.reset("on a whim");
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
