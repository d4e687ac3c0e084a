/**
 * `lockdep/jobs`: what the validator costs a job: that of `lifecycle/steady`.
 */
import type { Driver, JobSpec } from "signalbox";
import type { Contest } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import { CONCURRENCY, OUTSTANDING } from "../lifecycle/load.ts";
import { produceByFences } from "../lifecycle/producers.ts";
import type { Core } from "./copies.ts";
import { lineupOf } from "./lineup.ts";
import type { Work } from "./lineup.ts";

interface NumberedJob extends JobSpec {
  readonly index: number;
}

export const jobs: Contest = {
  kind: "contest",
  name: "lockdep/jobs",
  title: "the validator off, without its hooks and on: one queue, no-op jobs, 1000 outstanding",
  prepare: () => lineupOf(makeWork),
};

function makeWork({ Ring, submit }: Core): Work {
  const body = freshBody({ lanes: 1, distance: 0 });
  const driver: Driver<NumberedJob> = {
    name: "immediate",
    run(job) {
      body.run(job.spec.index);
      return "done";
    },
    cancel() {},
  };
  const queue = new Ring(driver).queue("jobs", { credits: CONCURRENCY });
  const produce = freshCopy(produceByFences);
  return { body, run: (count) => produce((index) => submit(queue.job({ index }))[0], count, OUTSTANDING) };
}
