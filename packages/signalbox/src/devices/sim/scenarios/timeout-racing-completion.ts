/**
 * Timeouts that race with completions: promise 9, T1. The driver ends the job alone, or tells first what had ended; meanwhile more is
 * submitted behind it, in the run's own time, which postpones nothing. A hung job is one whose completion never comes.
 */
import { submit } from "../../../queue/submission.ts";
import type { Scenario } from "../explore/scenario.ts";

const TIMEOUT = 10;

export const timeoutRacingCompletion: Scenario<"jobs"> = {
  name: "timeout-racing-completion",
  about: "jobs that time out while they complete, hang, or complete after that, and others submitted behind them",
  size: { jobs: { small: 2, large: 5, least: 1 } },
  microtasksFirst: true,
  faults: ["timer is early", "job hangs", "interrupt is lost", "job fails", "run throws", "release throws"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", { verdicts: ["recovered"], patience: 0 });
    const queue = gpu.queue("work", { timeout: TIMEOUT });

    world.actor("submitter", function* () {
      yield "submits job 0";
      submit(queue.job({ label: "job 0" }));
      for (let index = 1; index < jobs; index++) {
        yield world.after(0.6 * TIMEOUT, `submits job ${index}`);
        submit(queue.job({ label: `job ${index}` }));
      }
    });
  },
};
