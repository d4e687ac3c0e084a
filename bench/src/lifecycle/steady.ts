/**
 * `lifecycle/steady`: one queue, jobs that do nothing, 1000 outstanding, 64 at once.
 *
 * The work of a job is done when its function returns. fastq's callback API then runs a job inside `push`, and never has
 * more than one: its fastest way, and no queue at all; beside it stands the same with jobs that are done a microtask later,
 * so that 64 are in flight and the others wait. Signalbox does the former with `bypass`.
 */
import type { Contest } from "../harness/contest.ts";
import { fastqHolding, fastqInsidePush, fastqPromise, pLimitPromise, promisesByHand } from "./steady-rivals.ts";
import { ringBuffer } from "./steady-floor.ts";
import { awaitingEach, bypassing, plain } from "./steady-signalbox.ts";

export const steady: Contest = {
  kind: "contest",
  name: "lifecycle/steady",
  title: "one queue, no-op jobs, 1000 outstanding, concurrency 64",
  prepare() {
    return {
      contestants: [
        plain(),
        bypassing(),
        awaitingEach(),
        fastqInsidePush(),
        fastqHolding(),
        promisesByHand(),
        fastqPromise(),
        pLimitPromise(),
        ringBuffer(),
      ],
    };
  },
};
