/**
 * `lifecycle/tick-dependency`: as `lifecycle/tick`, and each job waits for one job of another queue.
 *
 * fastq's callback API has no idiom for a dependency and takes no part.
 */
import type { Contest } from "../harness/contest.ts";
import { DISTANCE } from "./load.ts";
import { deviceAlone } from "./tick-floor.ts";
import { fastqPromise, pLimitPromise, promisesByHand } from "./tick-rivals.ts";
import { awaitingEach, plain } from "./tick-signalbox.ts";

export const tickDependency: Contest = {
  kind: "contest",
  name: "lifecycle/tick-dependency",
  title: "4 queues x 64 credits, the device completes on the next tick, 1 dependency on another queue",
  prepare() {
    return {
      contestants: [
        plain(DISTANCE),
        awaitingEach(DISTANCE),
        promisesByHand(DISTANCE),
        fastqPromise(DISTANCE),
        pLimitPromise(DISTANCE),
        deviceAlone(DISTANCE),
      ],
    };
  },
};
