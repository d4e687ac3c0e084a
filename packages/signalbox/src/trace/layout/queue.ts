/** The tracks of one queue: what ran, what waited and for what, how its jobs ended, its credits. */
import { compareMoments } from "../paths.ts";
import type { JobPath, LostRun, Moment, TimelinePaths } from "../paths.ts";
import { blockFacts, errorFacts, jobFacts, nameOf, reasonFacts, unfinished } from "./facts.ts";
import { Lanes } from "./lanes.ts";
import type { Track } from "./scene.ts";
import type { Sheet } from "./sheet.ts";
import { drawWaits } from "./waits.ts";

/** Draws a queue below the track of its ring. */
export function drawQueue(sheet: Sheet, root: Track, rank: number, queue: TimelinePaths): void {
  const { scene, laneLimit } = sheet;
  const group = scene.addTrack(root, `queue ${queue.timeline.name}`, "group", rank);
  const running = new Lanes(scene, group, "running", 0, laneLimit);
  const waiting = new Lanes(scene, group, "waiting", 1, laneLimit);
  for (const job of queue.jobs) {
    drawWaiting(sheet, waiting, job);
    drawRunning(sheet, running, job);
    drawEnd(sheet, group, job);
  }
  const waits = drawWaits(sheet, group, 2, queue.waits);
  drawCredits(sheet, group, queue);
  drawQueued(sheet, group, queue.jobs);
  sheet.noteMissing(group, running, waiting, waits);
}

function drawWaiting(sheet: Sheet, lanes: Lanes, job: JobPath): void {
  const { scene, end } = sheet;
  const { pushed } = job;
  for (const [index, { takenBack }] of job.lostRuns.entries()) drawWaitingAgain(sheet, lanes, job, index, takenBack);
  if (pushed === undefined) return;
  const until = firstStart(job) ?? job.cancelled ?? end;
  const lane = lanes.place(pushed, until);
  if (lane === null) return;
  const facts = until === end ? unfinished : [];
  sheet.drawn(job).waiting = scene.begin(lane, pushed, {
    name: job.label,
    category: "waiting",
    facts: () => [...jobFacts(job), ...facts],
    job: job.number,
  });
  job.blocks.forEach((block, index) => {
    const name = block.on === null ? "blocked on credits" : `blocked on ${nameOf(block.on)}`;
    scene.begin(lane, block, { name, category: "blocked", facts: null });
    // The head's other dependencies, its credits or its turn may have kept it longer, but not this fence.
    const signalled = block.on === null ? undefined : sheet.paths.at(block.on)?.signalled;
    scene.end(lane, earliest(until, job.blocks[index + 1], signalled));
  });
  scene.end(lane, until);
}

/** When a job left the queue for the first time. */
function firstStart({ lostRuns, started }: JobPath): Moment | undefined {
  return lostRuns[0]?.started ?? started;
}

// From a reset to the next run.
function drawWaitingAgain({ scene, end }: Sheet, lanes: Lanes, job: JobPath, index: number, from: Moment): void {
  const { lostRuns, started, cancelled, completed, signalled } = job;
  const until = lostRuns[index + 1]?.started ?? started ?? cancelled ?? completed ?? signalled ?? end;
  const lane = lanes.place(from, until);
  if (lane === null) return;
  scene.begin(lane, from, {
    name: job.label,
    category: "waiting",
    facts: () => [...jobFacts(job), ["taken back", index + 1]],
    job: job.number,
  });
  scene.end(lane, until);
}

function earliest(last: Moment, ...others: readonly (Moment | undefined)[]): Moment {
  return others.reduce<Moment>((first, at) => (at !== undefined && compareMoments(at, first) < 0 ? at : first), last);
}

function drawRunning(sheet: Sheet, lanes: Lanes, job: JobPath): void {
  const { scene, end } = sheet;
  const { started } = job;
  for (const lost of job.lostRuns) drawLostRun(sheet, lanes, job, lost);
  if (started === undefined) return;
  const until = job.completed ?? end;
  const lane = lanes.place(started, until);
  if (lane === null) return;
  const facts = until === end ? unfinished : [];
  sheet.drawn(job).running = scene.begin(lane, started, {
    name: job.label,
    category: "running",
    facts: () => [...jobFacts(job), ...blockFacts(job), ...errorFacts(job), ...facts],
    job: job.number,
  });
  scene.end(lane, until);
}

function drawLostRun({ scene }: Sheet, lanes: Lanes, job: JobPath, { started, takenBack }: LostRun): void {
  const lane = started === undefined ? null : lanes.place(started, takenBack);
  if (started === undefined || lane === null) return;
  scene.begin(lane, started, {
    name: job.label,
    category: "running",
    facts: () => [...jobFacts(job), ["taken back", true]],
    job: job.number,
  });
  scene.end(lane, takenBack);
}

function drawEnd(sheet: Sheet, group: Track, job: JobPath): void {
  const { scene } = sheet;
  for (const at of job.timeouts) {
    scene.instant(group, at, {
      name: "out of time",
      category: "timeout",
      facts: () => [["job", job.label], ...jobFacts(job)],
      job: job.number,
    });
  }
  if (job.cancelled !== undefined) {
    sheet.drawn(job).cancelled = scene.instant(group, job.cancelled, {
      name: "cancelled",
      category: "cancelled",
      facts: () => [["job", job.label], ...jobFacts(job), ...reasonFacts(job.reason)],
      job: job.number,
    });
  }
  if (job.signalled === undefined) return;
  scene.instant(group, job.signalled, {
    name: "signalled",
    category: "signalled",
    facts: () => [["job", job.label], ...jobFacts(job), ...errorFacts(job)],
    job: job.number,
  });
}

function drawCredits({ scene }: Sheet, group: Track, { timeline, credits }: TimelinePaths): void {
  if (credits.length === 0) return;
  const limit = timeline.credits === Infinity ? "" : ` of ${timeline.credits}`;
  const track = scene.addTrack(group, `credits in flight${limit}`, "counter", 3, "credits");
  for (const at of credits) scene.counter(track, at, at.credits);
}

function drawQueued({ scene }: Sheet, group: Track, jobs: readonly JobPath[]): void {
  const steps: { readonly at: Moment; readonly by: number }[] = [];
  // Jobs whose push the trace does not hold were queued at its beginning.
  let queued = 0;
  for (const job of jobs) {
    const { pushed, started, cancelled } = job;
    const left = firstStart(job) ?? cancelled;
    if (pushed !== undefined) steps.push({ at: pushed, by: 1 });
    else if (left !== undefined) queued++;
    if (left !== undefined) steps.push({ at: left, by: -1 });
    for (const [index, { takenBack }] of job.lostRuns.entries()) {
      steps.push({ at: takenBack, by: 1 });
      const again = job.lostRuns[index + 1]?.started ?? started ?? cancelled;
      if (again !== undefined) steps.push({ at: again, by: -1 });
    }
  }
  if (steps.length === 0) return;
  steps.sort((a, b) => a.at.order - b.at.order);
  const track = scene.addTrack(group, "queued", "counter", 4, "jobs");
  for (const { at, by } of steps) {
    queued += by;
    scene.counter(track, at, queued);
  }
}
