/**
 * Multi-ring jobs: B3, Q40. A queue of width 2 whose jobs go to two rings at once and are complete when both are done with them, beside
 * a queue that feeds one of these rings alone, and one that waits for both.
 */
import { submit } from "../../../queue/submission.ts";
import type { Scenario } from "../explore/scenario.ts";

export const multiRing: Scenario<"jobs"> = {
  name: "multi-ring",
  about: "jobs that go to two rings at once, beside others on one of them",
  size: { jobs: { small: 1, large: 5, least: 1 } },
  faults: ["run throws", "run throws late", "job fails", "release throws", "device is lost"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", { rings: 3, completes: "fences" });
    const wide = gpu.queue("wide", { ring: [0, 1], credits: 2 });
    const narrow = gpu.queue("narrow", { ring: 0 });
    const after = gpu.queue("after", { ring: 2 });

    world.actor("wide submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits wide job ${index}, and what follows it`;
        if (gpu.lost) return;
        const job = wide.job({ label: `wide ${index}` });
        submit(job, after.job({ label: `follower ${index}`, after: job }));
      }
    });
    world.actor("narrow submitter", function* () {
      yield "submits a narrow job";
      if (!gpu.lost) submit(narrow.job({ label: "narrow" }));
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
