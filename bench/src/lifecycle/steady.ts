/**
 * The cases with a single queue, whose jobs do nothing: `lifecycle/steady` (1000 outstanding, 64 at once), `lifecycle/steady-1`
 * (one at once) and `lifecycle/at-once` (all of them submitted before the first is waited for).
 *
 * The work of a job is done when its function returns. fastq's callback API then runs a job inside `push`, and never has
 * more than one: its fastest way, and no queue at all; beside it stands the same with jobs that are done a microtask later,
 * so that as many as may be are in flight and the others wait. Signalbox does the former with `bypass`.
 */
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { CONCURRENCY, OUTSTANDING } from "./load.ts";
import type { QueueLoad } from "./load.ts";
import { bareFences } from "./bare-fences.ts";
import { effectForEach } from "./steady-effect.ts";
import { ringBuffer } from "./steady-floor.ts";
import * as rivals from "./steady-rivals.ts";
import { awaitingEach, bypassing, plain } from "./steady-signalbox.ts";

/** Jobs of `lifecycle/at-once`. */
const ALL = { thorough: 100_000, quick: 10_000 };

export const steady: Contest = {
  kind: "contest",
  name: "lifecycle/steady",
  title: "one queue, no-op jobs, 1000 outstanding, concurrency 64",
  prepare: () => ({ contestants: contestants({ concurrency: CONCURRENCY, outstanding: OUTSTANDING }) }),
};

export const steadyOne: Contest = {
  kind: "contest",
  name: "lifecycle/steady-1",
  title: "one queue, no-op jobs, 1000 outstanding, concurrency 1",
  prepare: () => ({ contestants: contestants({ concurrency: 1, outstanding: OUTSTANDING }) }),
};

export const atOnce: Contest = {
  kind: "contest",
  name: "lifecycle/at-once",
  title: "one queue, 100 000 no-op jobs submitted at once (10 000 with --quick), concurrency 64",
  jobs: ALL,
  prepare: () => ({ contestants: contestants({ concurrency: CONCURRENCY, outstanding: ALL.thorough }) }),
};

function contestants(load: QueueLoad): readonly Contestant[] {
  return [
    plain(load),
    bypassing(load),
    awaitingEach(load),
    rivals.fastqInsidePush(load),
    rivals.fastqHolding(load),
    rivals.asyncQueue(load),
    rivals.promisesByHand(load),
    rivals.fastqPromise(load),
    rivals.pLimitPromise(load),
    rivals.pQueuePromise(load),
    effectForEach(load),
    bareFences(
      { lanes: 1, ticks: false, credits: load.concurrency, outstanding: load.outstanding },
      freshBody({ lanes: 1, distance: 0 }),
    ),
    ringBuffer(load),
  ];
}
