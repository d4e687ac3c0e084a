/**
 * The tick cases: a job's whole path. Four queues with 64 credits each, on a device that completes on the next tick of the
 * event loop whatever it was given in this one. 1000 jobs are outstanding, 256 of them in flight.
 *
 * `lifecycle/tick` without dependencies; in `lifecycle/tick-dependency` each job waits for one job of another queue, in
 * `lifecycle/tick-dependencies-4` for four. fastq's callback API has no idiom for a dependency and takes no part in these.
 */
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { bareFences, causesAt } from "./bare-fences.ts";
import { CONCURRENCY, FOUR_DEPENDENCIES, LANES, NO_DEPENDENCIES, ONE_DEPENDENCY, OUTSTANDING } from "./load.ts";
import type { Distances } from "./load.ts";
import { effectLanes } from "./tick-effect.ts";
import { deviceAlone } from "./tick-floor.ts";
import * as rivals from "./tick-rivals.ts";
import { awaitingEach, plain } from "./tick-signalbox.ts";

const bareLoad = { lanes: LANES, ticks: true, credits: CONCURRENCY, outstanding: OUTSTANDING };

const load = "4 queues x 64 credits, the device completes on the next tick";

export const tick: Contest = {
  kind: "contest",
  name: "lifecycle/tick",
  title: `${load}, no dependencies`,
  prepare: () => ({ contestants: contestants(NO_DEPENDENCIES) }),
};

export const tickDependency: Contest = {
  kind: "contest",
  name: "lifecycle/tick-dependency",
  title: `${load}, 1 dependency on another queue`,
  prepare: () => ({ contestants: contestants(ONE_DEPENDENCY) }),
};

export const tickDependencies: Contest = {
  kind: "contest",
  name: "lifecycle/tick-dependencies-4",
  title: `${load}, 4 dependencies on other queues`,
  prepare: () => ({ contestants: contestants(FOUR_DEPENDENCIES) }),
};

function contestants(distances: Distances): readonly Contestant[] {
  return [
    plain(distances),
    awaitingEach(distances),
    ...(distances.length === 0 ? [rivals.fastqCallbacks()] : []),
    rivals.promisesByHand(distances),
    rivals.fastqPromise(distances),
    rivals.pLimitPromise(distances),
    rivals.pQueuePromise(distances),
    effectLanes(distances),
    bareOnes(distances, false),
    bareOnes(distances, true),
    deviceAlone(distances),
  ];
}

function bareOnes(distances: Distances, awaited: boolean): Contestant {
  const body = freshBody({ lanes: LANES, distance: distances });
  return bareFences({ ...bareLoad, awaited }, body, causesAt(distances));
}
