/**
 * Credits at their limit, and slots: jobs that fill it, that don't fit beside others, and that cost nothing (Q20), on two queues that
 * share a ring; completed in any order, failing, or done inside `run`.
 */
import { submit } from "../../../queue/submission.ts";
import type { Scenario } from "../explore/scenario.ts";

const COSTS = [3, 1, 2, 0, 3, 1, 0, 2];

export const creditsAtTheLimit: Scenario<"jobs"> = {
  name: "credits-at-the-limit",
  about: "jobs that fill their queue's credits and their ring's slots, completed in any order",
  size: { jobs: { small: 2, large: 8, least: 1 } },
  faults: ["run throws", "run throws late", "run answers done", "job fails", "flush throws", "release throws"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", { anyOrder: true });
    const narrow = gpu.queue("narrow", { credits: 3, jobs: 2 }, { slots: 2 });
    const wide = gpu.queue("wide", { credits: 4, bypass: true, priority: "high" });

    world.actor("submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        const cost = COSTS[index % COSTS.length]!;
        yield `submits job ${index}, which costs ${cost}`;
        submit(narrow.job({ label: `job ${index}`, cost }));
      }
    });
    world.actor("neighbour", function* () {
      for (let index = 0; index < Math.ceil(jobs / 2); index++) {
        yield `submits neighbour ${index}`;
        submit(wide.job({ label: `neighbour ${index}`, cost: 1 + (index % 4) }));
      }
    });
  },
};
