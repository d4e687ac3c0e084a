/**
 * The hardware track of a ring: when each job was really on it.
 *
 * Where the device measured a job, its own spans are shown. Where it did not, a ring is an in-order lane: a job that was
 * started while another was on it comes on when that one is complete, so it was there from max(start, end of the one before)
 * to its completion. Of jobs that were not complete at the end of the trace, the one that was started first was on it. (Where
 * the driver says that it runs jobs at once, none of this holds, and only what was measured is shown.)
 */
import type { TracedRing } from "../events.ts";
import { compareMoments } from "../paths.ts";
import type { JobPath, Moment, TimelinePaths } from "../paths.ts";
import { errorFacts, jobFacts, unfinished } from "./facts.ts";
import { Lanes } from "./lanes.ts";
import type { Facts, Track } from "./scene.ts";
import type { Sheet } from "./sheet.ts";

interface Stay {
  readonly job: JobPath;
  readonly name: string;
  readonly begin: Moment;
  readonly end: Moment;
  readonly facts: Facts;
}

/** Draws what was on a ring below its track. */
export function drawHardware(sheet: Sheet, root: Track, ring: TracedRing, queues: readonly TimelinePaths[]): void {
  const { scene, laneLimit } = sheet;
  const stays = measured(sheet, ring);
  if (!ring.overlaps)
    stays.push(
      ...derived(
        sheet,
        queues.flatMap((queue) => queue.jobs),
      ),
    );
  stays.sort((a, b) => compareMoments(a.begin, b.begin));
  const lanes = new Lanes(scene, root, "hardware", 0, laneLimit);
  for (const { job, name, begin, end, facts } of stays) {
    const lane = lanes.place(begin, end);
    if (lane === null) continue;
    scene.begin(lane, begin, {
      name,
      category: "hardware",
      facts: () => [...jobFacts(job), ...errorFacts(job), ...facts],
      job: job.number,
    });
    scene.end(lane, end);
  }
  sheet.noteMissing(root, lanes);
}

/** What the device measured on this ring, of the jobs of any ring. */
function measured({ paths }: Sheet, ring: TracedRing): Stay[] {
  const jobs = [...paths.timelines.values()].flatMap((timeline) => timeline.jobs);
  return jobs.flatMap((job) =>
    job.spans
      .filter((span) => span.ring.id === ring.id)
      .map(({ name, start, end, order }) => ({
        job,
        name: name === "" ? job.label : name,
        begin: { time: start, order },
        end: { time: Math.max(start, end), order },
        facts: [["job", job.label]] as Facts,
      })),
  );
}

interface Run {
  readonly job: JobPath;
  readonly started: Moment;
  readonly ended: Moment;
  readonly facts: Facts;
}

/** The runs of a job that are over: those that a reset took back, and the one that completed it. */
function runsOf(job: JobPath): Run[] {
  const runs: Run[] = job.lostRuns.flatMap(({ started, takenBack }) =>
    started === undefined ? [] : [{ job, started, ended: takenBack, facts: [["taken back", true]] as Facts }],
  );
  const { started, completed } = job;
  if (started !== undefined && completed !== undefined) runs.push({ job, started, ended: completed, facts: [] });
  return runs;
}

function derived({ end }: Sheet, jobs: readonly JobPath[]): Stay[] {
  const unmeasured = jobs.filter((job) => job.spans.length === 0);
  const over = unmeasured.flatMap(runsOf).sort((a, b) => a.ended.order - b.ended.order);
  const stays: Stay[] = [];
  let free: Moment = { time: -Infinity, order: -1 };
  for (const { job, started, ended, facts } of over) {
    const begin = later(started, free);
    free = ended;
    // Behind a job that hung, what was taken back with it was never on the ring.
    if (facts.length === 0 || begin.time < ended.time) stays.push({ job, name: job.label, begin, end: free, facts });
  }
  const [first] = unmeasured
    .filter((job) => job.completed === undefined && job.started !== undefined)
    .sort((a, b) => a.started!.order - b.started!.order);
  if (first !== undefined)
    stays.push({ job: first, name: first.label, begin: later(first.started!, free), end, facts: unfinished });
  return stays;
}

function later(a: Moment, b: Moment): Moment {
  return b.order > a.order ? b : a;
}
