/**
 * A dependency inside a batch, and batches that are rolled back: Q8, Q29. Whoever submits it may throw in the middle, and one of its
 * queues is destroyed at some time; if that is before the submission nothing of it may have happened, and the rest is submitted
 * anew, while others take seqnos of the same queues. Two jobs that wait for one another are refused as a batch, always: promise 11.
 */
import { SignalboxError } from "../../../errors.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import { submission, submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import { InjectedFault } from "../explore/scenario.ts";
import type { Scenario } from "../explore/scenario.ts";
import type { World } from "../explore/world.ts";
import type { ExploredJob } from "../hardware/explored-device.ts";
import { unlessRefused } from "./refusals.ts";

export const rollback: Scenario<"jobs" | "others"> = {
  name: "rollback",
  about:
    "dependencies inside a batch, one queue of which is destroyed, so that the batch is rolled back and the rest of it submitted",
  size: { jobs: { small: 2, large: 5, least: 1 }, others: { small: 1, large: 4, least: 0 } },
  microtasksFirst: true,
  faults: ["submission throws", "run throws", "run answers done", "cancel throws", "job fails"],
  build(world, { jobs, others }) {
    const gpu = world.device("gpu", { rings: 3, completes: "seqnos" });
    const [copy, draw, doomed] = ["copy", "draw", "doomed"].map((name, ring) => gpu.queue(name, { ring }));

    world.actor("submitter", function* () {
      yield "makes a batch";
      const first = copy!.job({ label: "first" });
      const chain = [first];
      for (let index = 1; index < jobs; index++) {
        const queue = index % 2 === 0 ? copy! : draw!;
        chain.push(queue.job({ label: `chain ${index}`, after: chain.at(-1)! }));
      }
      const tail = doomed!.state === "usable" ? doomed!.job({ label: "tail", after: chain.at(-1)! }) : undefined;
      yield "submits two jobs that wait for one another, and then the batch";
      if (submitsCycle(world, copy!, draw!)) return;
      let isBroken = false as boolean; // The compiler doesn't see it set.
      const mayThrow = (): void => {
        isBroken = world.fault("submission throws");
        if (isBroken) throw new InjectedFault("submission throws");
      };
      const isTaken = unlessRefused(world, () => {
        submission((section) => {
          const batch = tail === undefined ? chain : [...chain, tail];
          const armed = batch.map((job) => {
            const answer = section.arm(job);
            mayThrow();
            return answer;
          });
          for (const job of armed) section.push(job);
          mayThrow();
        });
      });
      if (isTaken) return;
      world.check(
        isBroken || world.struck("arm throws") || doomed!.state !== "usable",
        "the batch is refused, and its queues are usable",
      );
      for (const job of chain)
        world.check(
          job.state === "fresh" && job.seqno === 0,
          `${job.label} is ${job.state} after its batch was refused`,
        );
      yield "submits the rest of it";
      submit(...chain);
    });
    world.actor("other submitter", function* () {
      for (let index = 0; index < others; index++) {
        const queue = index % 2 === 0 ? copy! : draw!;
        yield `submits to ${queue.name}`;
        submit(queue.job({ label: `other ${index}` }));
      }
    });
    world.actor("destroyer", function* () {
      yield "destroys queue doomed";
      void doomed!.destroy();
      yield until("sees it inactive", () => doomed!.state === "inactive");
    });
  },
};

/** Whether two jobs are taken that wait for one another. */
function submitsCycle(world: World, queue: JobQueue<ExploredJob>, other: JobQueue<ExploredJob>): boolean {
  const hen = queue.job({ label: "hen" });
  const egg = other.job({ label: "egg", after: hen });
  hen.after(egg);
  try {
    // eslint-disable-next-line signalbox/submission-order -- no order of these two is right, which is what is tried
    submit(hen, egg);
    return true;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== "EINVAL") throw error;
    world.tell(`refused: ${error.message}`);
    return false;
  }
}
