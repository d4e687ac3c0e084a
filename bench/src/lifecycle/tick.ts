/**
 * `lifecycle/tick`: a job's whole path. Four queues with 64 credits each, on a device that completes on the next tick of the
 * event loop whatever it was given in this one. 1000 jobs are outstanding, 256 of them in flight.
 */
import type { Contest } from "../harness/contest.ts";
import { deviceAlone } from "./tick-floor.ts";
import { fastqCallbacks, fastqPromise, pLimitPromise, promisesByHand } from "./tick-rivals.ts";
import { awaitingEach, plain } from "./tick-signalbox.ts";

export const tick: Contest = {
  kind: "contest",
  name: "lifecycle/tick",
  title: "4 queues x 64 credits, the device completes on the next tick, no dependencies",
  prepare() {
    return {
      contestants: [
        plain(0),
        awaitingEach(0),
        fastqCallbacks(),
        promisesByHand(0),
        fastqPromise(0),
        pLimitPromise(0),
        deviceAlone(0),
      ],
    };
  },
};
