/**
 * A queue that is banned: its jobs have caused as many resets as it may cause, so it is killed, while another queue of the same device
 * has its jobs run again. What of the banned one waits is cancelled; somebody destroys it meanwhile.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const bannedQueue: Scenario<"jobs"> = {
  name: "banned-queue",
  about: "a queue that is killed since its jobs cause resets, beside one whose jobs are run again",
  size: { jobs: { small: 1, large: 4, least: 1 } },
  microtasksFirst: true,
  faults: ["timer is early", "restart fails", "cancel throws"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", {
      rings: 2,
      verdicts: ["reset"],
      patience: 0,
      recovery: { attempts: 2, backoff: 5, timeLimit: 50 },
    });
    const guilty = gpu.queue("guilty", { timeout: 10, banAfter: 1 });
    const innocent = gpu.queue("innocent", { ring: 1, retries: 2 });

    world.actor("guilty submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits guilty ${index}`;
        const done = unlessRefused(world, () => {
          submit(
            guilty.job({ label: `guilty ${index}`, hangs: index === 0, idempotent: true }),
            guilty.job({ label: `behind guilty ${index}`, idempotent: true }),
          );
        });
        if (!done && !world.struck("arm throws"))
          world.check(gpu.recovery!.resets > 0, "queue guilty is refused, and the device was never reset");
      }
    });
    world.actor("innocent submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits innocent ${index}`;
        if (innocent.state !== "usable") return;
        const job = innocent.job({ label: `innocent ${index}`, idempotent: true });
        submit(job);
        yield until(`sees innocent ${index} done`, () => job.state === "signalled");
        const { resets, state } = gpu.recovery!;
        const spared = resets <= 2 && state !== "gone";
        world.check(job.error === 0 || !spared, `${job.label} ends with ${job.error} after ${resets} resets`);
      }
    });
  },
};
