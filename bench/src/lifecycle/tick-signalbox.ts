/**
 * Signalbox in the tick cases: a driver of one's own, on a ring with four queues.
 */
import * as core from "signalbox";
import type { Fence } from "signalbox";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { OUTSTANDING } from "./load.ts";
import type { Distances } from "./load.ts";
import { produceByFences, produceByPromises } from "./producers.ts";
import { openTickQueues } from "./tick-driver.ts";
import type { TickQueues } from "./tick-driver.ts";

/** The producer looks at fences, and waits for one when nothing else is left to do. */
export function plain(distances: Distances): Contestant {
  const queues = openTickQueues(core, distances);
  return { name: "signalbox", role: "signalbox", body: queues.body, order: "kept", run: byFences(queues) };
}

/** The producer awaits every single job. */
export function awaitingEach(distances: Distances): Contestant {
  const queues = openTickQueues(core, distances);
  const name = "signalbox, each job awaited";
  return { name, role: "signalbox", body: queues.body, order: "kept", run: byPromises(queues) };
}

/** Runs jobs, and looks at their fences. */
export function byFences({ submitJob }: TickQueues): (jobs: number) => Promise<number> {
  const produce = freshCopy(produceByFences);
  return (jobs) => produce(submitJob, jobs, OUTSTANDING);
}

/** Runs jobs, and asks for a promise for each. */
export function byPromises({ submitJob }: TickQueues): (jobs: number) => Promise<number> {
  const produce = freshCopy(produceByPromises);
  const fences: Fence[] = [];
  const submitAndWait = (index: number): Promise<void> => {
    const fence = submitJob(index, fences);
    fences[index % OUTSTANDING] = fence;
    return fence.wait();
  };
  return (jobs) => produce(submitAndWait, jobs, OUTSTANDING);
}
