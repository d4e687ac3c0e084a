/** What a submission told the trace, and what is left of one that was rolled back: nothing. */
import { expect } from "vitest";
import { nameOf, traced } from "./notes.ts";
import type { AnyJob } from "./manual-driver.ts";

/** Every event of jobs on their way into their queues. */
export function pathEvents(body: () => void): string[] {
  const events: string[] = [];
  const note = (word: string) => (job: AnyJob) => void events.push(`${word} ${job.label}`);
  traced(
    {
      jobArmed: note("armed"),
      jobDependency: (job, fence) => void events.push(`${job.label} after ${nameOf(fence)}`),
      jobPushed: note("pushed"),
      jobPublished: note("published"),
    },
    body,
  );
  return events;
}

/** That nothing of a submission happened: the jobs are as they were made, and the queues give out the same seqnos as before. */
export function expectUntouched(all: readonly AnyJob[]): void {
  for (const job of all) {
    expect([job.label, job.stage, job.state, job.seqno]).toEqual([job.label, "made", "fresh", 0]);
  }
}
