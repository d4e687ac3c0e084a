/**
 * A bind and one invalidation for each MMU, in one batch: P15. Two submitters do it, on the same queues; somebody else looks for a
 * flush that starts before its bind, and takes a registration back while it may be acting.
 */
import { submission } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";

export const bindAndInvalidate: Scenario<"mmus" | "batches"> = {
  name: "bind-and-invalidate",
  about: "a bind and one invalidation for each MMU, in one batch",
  size: { mmus: { small: 1, large: 4, least: 1 }, batches: { small: 2, large: 3, least: 1 } },
  microtasksFirst: true,
  faults: [
    "run throws",
    "run throws late",
    "run answers done",
    "job fails",
    "flush throws",
    "release throws",
    "device is lost",
  ],
  build(world, { mmus, batches }) {
    const gpu = world.device("gpu", { rings: mmus + 1 });
    const pages = gpu.queue("pages");
    const queues = Array.from({ length: mmus }, (_, index) => gpu.queue(`mmu${index}`, { ring: index + 1 }));

    for (let batch = 0; batch < batches; batch++) {
      const bind = pages.job({ label: `bind ${batch}` });
      const flushes = queues.map((queue) => {
        const job = queue.job({ label: `flush ${queue.name} ${batch}` });
        return { job, slot: job.reserveSlot() };
      });
      for (const { job } of flushes) world.expects(job, bind);
      world.actor(`submitter ${batch}`, function* () {
        yield `submits bind ${batch} and its flushes`;
        if (gpu.lost) return;
        submission((section) => {
          const armed = [section.arm(bind)];
          for (const { job, slot } of flushes) {
            section.fill(slot, bind);
            armed.push(section.arm(job));
          }
          for (const job of armed) section.push(job);
        });
        const last = flushes.at(-1)!.job;
        const listener = world.register(`listener ${batch}`, last);
        yield until(
          `sees flush ${batch} of ${last.queueName} at work, and takes its listener back`,
          () => last.state === "signalled" || last.stage === "running",
        );
        listener.cancel();
      });
    }

    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
