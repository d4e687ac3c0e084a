/**
 * The end of queues as programs see it: one is drained, destroyed, waited for and released, another disposed of in one go, while others
 * submit to them. By their public promises, which are native ones: the other scenarios look at states, and are run twice as fast.
 */
import { submit } from "../../../queue/submission.ts";
import type { InactiveQueue } from "../../../queue/teardown.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const orderlyEnd: Scenario<"jobs"> = {
  name: "orderly-end",
  about: "queues that are drained, waited for, released and disposed of, while others submit to them",
  size: { jobs: { small: 1, large: 4, least: 0 } },
  promises: true,
  microtasksFirst: true,
  faults: ["firmware refuses", "restart fails", "job fails", "release throws", "device is lost"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", {
      rings: 2,
      // What its word does to the end of a queue is for zombie-queue to go through.
      firmware: jobs > 1,
      recovery: { attempts: 1, backoff: 5, timeLimit: 50 },
    });
    const kept = gpu.queue("kept");
    const scoped = gpu.queue("scoped", { ring: 1 });

    world.actor("submitter", function* () {
      for (let index = 0; index < jobs; index++) {
        yield `submits job ${index} of each queue`;
        unlessRefused(world, () => {
          const first = kept.job({ label: `kept ${index}` });
          submit(first, scoped.job({ label: `scoped ${index}`, after: first }));
        });
      }
    });
    world.actor("owner", function* () {
      yield "submits the last job of queue kept, and drains it";
      const last = kept.state === "usable" ? kept.job({ label: "last" }) : undefined;
      if (last !== undefined) submit(last);
      let drained = false;
      void kept.drain().then(() => (drained = true));
      yield until("sees it drained, and destroys it", () => drained);
      world.check(
        last === undefined || last.stage === "released",
        `the queue is drained, and its last job is ${last?.stage}`,
      );
      let inactive: InactiveQueue | undefined;
      void kept
        .destroy()
        .idle()
        .then((queue) => (inactive = queue));
      yield until("sees it inactive, and releases it", () => inactive !== undefined);
      world.check(inactive!.state === "inactive", `the queue was waited for, and is ${inactive!.state}`);
      inactive!.release();
      yield until("sees it released", () => inactive!.state === "released");
    });
    world.actor("other owner", function* () {
      yield "disposes of queue scoped";
      let disposed = false;
      void scoped[Symbol.asyncDispose]().then(() => (disposed = true));
      yield until("sees it disposed of", () => disposed);
      yield until("sees it released", () => scoped.state === "released");
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
