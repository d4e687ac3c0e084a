/**
 * A queue whose device doesn't let go of it: its firmware answers late, refuses, or never answers, which is a reset; beside it, a queue
 * that is used. The zombie becomes inactive, its owner releases it, and what the firmware says of it later is nobody's business.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const zombieQueue: Scenario<"jobs"> = {
  name: "zombie-queue",
  about: "a queue of which the firmware doesn't let go, beside one that is used",
  size: { jobs: { small: 1, large: 4, least: 0 } },
  microtasksFirst: true,
  faults: ["timer is early", "firmware refuses", "restart fails", "run throws", "release throws", "device is lost"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", {
      rings: 2,
      firmware: true,
      recovery: { attempts: 1, backoff: 5, timeLimit: 50 },
    });
    const zombie = gpu.queue("zombie");
    const used = gpu.queue("used", { ring: 1, retries: 1 });

    world.actor("owner", function* () {
      yield "submits the last jobs of the zombie, and destroys it";
      unlessRefused(world, () => {
        submit(zombie.job({ label: "last but one" }), zombie.job({ label: "last" }));
      });
      const ending = zombie.destroy();
      yield until("sees it inactive, and releases it", () => ending.state === "inactive");
      // As `(await ending).release()` does it, without a native promise: those are gone through in orderly-end.
      zombie._teardown.release();
      yield until("sees it released", () => ending.state === "released");
    });
    world.actor("submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits job ${index}`;
        unlessRefused(world, () => {
          submit(used.job({ label: `job ${index}`, idempotent: true }));
        });
      }
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
