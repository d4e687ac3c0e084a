/**
 * A queue that is killed while its jobs wait for fences: X1. Each is cancelled when its dependencies have signalled, not before, and
 * what runs comes to its end; then the queue is inactive.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const killWithDependencies: Scenario<"gates"> = {
  name: "kill-with-dependencies",
  about: "a queue that is killed while its jobs run, and wait for fences that signal before and after",
  size: { gates: { small: 1, large: 4, least: 1 } },
  faults: ["run throws", "cancel throws", "job fails", "release throws", "device is lost"],
  build(world, { gates: count }) {
    const gpu = world.device("gpu", { rings: 2, completes: "fences" });
    const queue = gpu.queue("work");
    const other = gpu.queue("other", { ring: 1 });
    const gates = Array.from({ length: count }, (_, index) => world.fence(`gate ${index}`));

    world.actor("submitter", function* () {
      yield "submits a job that waits for nothing";
      if (!unlessRefused(world, () => submit(queue.job({ label: "free" })))) return;
      for (const [index, gate] of gates.entries()) {
        yield `submits a job behind gate ${index}, and one of the other queue behind that`;
        const isTaken = unlessRefused(world, () => {
          const job = queue.job({ label: `gated ${index}`, after: gate.fence });
          submit(job, other.job({ label: `follower ${index}`, after: job }));
        });
        if (!isTaken) return;
      }
    });
    world.actor("opener", function* () {
      for (const [index, gate] of gates.entries()) {
        yield `opens gate ${index}`;
        gate.signal();
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
