/**
 * A reset with queues in each state of teardown: promise 12. Each is used to the end, or destroyed, or killed, as the run chooses, with
 * jobs that run, wait, or were done with; each end waits for the device's word. So the reset comes before the end of a queue, while
 * its jobs end, while its device is asked to let go of it, and afterwards.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const resetInTeardown: Scenario<"queues" | "jobs" | "attempts"> = {
  name: "reset-in-teardown",
  about: "a device that is reset while its queues are used, destroyed, killed, and let go of",
  size: {
    queues: { small: 1, large: 3, least: 1 },
    jobs: { small: 1, large: 3, least: 1 },
    attempts: { small: 1, large: 3, least: 1 },
  },
  microtasksFirst: true,
  faults: ["timer is early", "restart fails", "firmware refuses", "device is lost"],
  build(world, { queues: count, jobs, attempts }) {
    const gpu = world.device("gpu", {
      rings: 2,
      completes: "fences",
      firmware: true,
      recovery: { attempts, backoff: 5, timeLimit: 50 },
    });
    const queues = Array.from({ length: count }, (_, index) => gpu.queue(`queue ${index}`, { ring: index % 2 }));

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
    for (const queue of queues) {
      world.actor(`owner of ${queue.name}`, function* () {
        yield `ends ${queue.name}, or not`;
        const end = world.choose("destroys it, kills it, or goes on using it", 3);
        if (end === 0) queue.destroy();
        else if (end === 1) queue.kill("enough");
        else return;
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
