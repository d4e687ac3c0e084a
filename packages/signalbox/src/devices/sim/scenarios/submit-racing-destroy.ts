/** Submissions that race with the end of their queue: destroyed, killed, its ring stopped. Each is refused as a whole, or comes to its end. */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const submitRacingDestroy: Scenario<"submitters" | "jobs"> = {
  name: "submit-racing-destroy",
  about: "submissions that race with the end of their queue",
  size: { submitters: { small: 1, large: 3, least: 1 }, jobs: { small: 1, large: 4, least: 1 } },
  faults: ["run throws", "run throws late", "job fails", "release throws", "device is lost"],
  build(world, { submitters, jobs }) {
    const gpu = world.device("gpu", { rings: 2 });
    const queue = gpu.queue("work", { credits: 2 });
    const survivor = gpu.queue("survivor", { ring: 1 });

    for (let submitter = 0; submitter < submitters; submitter++) {
      world.actor(`submitter ${submitter}`, function* () {
        for (let index = 0; index < jobs; index++) {
          yield `submits job ${submitter}.${index}, and one that follows it`;
          const isTaken = unlessRefused(world, () => {
            const job = queue.job({ label: `job ${submitter}.${index}` });
            submit(job, survivor.job({ label: `follower ${submitter}.${index}`, after: job }));
          });
          world.check(
            isTaken || world.struck("arm throws") || queue.state !== "usable" || survivor.state !== "usable",
            "a submission is refused by queues that are usable",
          );
        }
      });
    }
    world.actor("destroyer", function* () {
      yield "ends queue work";
      const how = world.choose("destroy, kill, or stop the ring", 3);
      if (how === 0) void queue.destroy();
      else if (how === 1) queue.kill("enough");
      else gpu.ring([0]).stop();
      yield until("sees it inactive", () => queue.state === "inactive");
      world.check(queue.creditsInFlight === 0, "the queue is inactive with credits in flight");
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
