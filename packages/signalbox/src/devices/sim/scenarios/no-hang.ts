/**
 * Jobs that are out of time and don't hang: T2, T9. Their driver says that they run, since when, or that they ended long ago and
 * nobody was told; a queue behind another one on the same ring is judged while its job waits there.
 */
import { submit } from "../../../queue/submission.ts";
import type { Scenario } from "../explore/scenario.ts";

export const noHang: Scenario<"jobs" | "patience"> = {
  name: "no-hang",
  about: "jobs out of time of which the driver says that they run, while they complete",
  size: { jobs: { small: 1, large: 4, least: 1 }, patience: { small: 1, large: 2, least: 1 } },
  microtasksFirst: true,
  faults: ["timer is early", "job hangs", "interrupt is lost", "job fails", "release throws"],
  build(world, { jobs, patience }) {
    const gpu = world.device("gpu", { completes: "seqnos", verdicts: ["recovered"], patience });
    const queues = [gpu.queue("slow", { timeout: 20 }), gpu.queue("quick", { timeout: 8 })];

    for (const queue of queues) {
      world.actor(`submitter to ${queue.name}`, function* () {
        for (let index = 0; index < jobs; index++) {
          yield `submits ${queue.name} ${index}`;
          submit(queue.job({ label: `${queue.name} ${index}` }));
        }
      });
    }
  },
};
