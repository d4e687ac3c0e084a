/** How resets look in a trace: as events, as slices, and in the figures. */
import { expect, it } from "vitest";
import { readPerfetto, startTrace, summarize, writePerfetto } from "../../src/trace/index.ts";
import type { FileTrack, Trace } from "../../src/trace/index.ts";
import { resetProgram } from "./programs.ts";
import { brief } from "./support.ts";

function traceOfReset(): Trace {
  const trace = startTrace();
  resetProgram();
  trace.stop();
  return trace;
}

it("are told in events: who was out of time, what stood still, what was taken back, what went on", () => {
  const told = traceOfReset()
    .events()
    .filter(({ type }) => /^(jobTimedOut|jobTakenBack|ring(Halted|Resumed)|jobStarted|jobCompleted)$/.test(type))
    .map((event) => `${event.time} ${brief(event)}`);
  expect(told).toEqual([
    "0 jobStarted compute:1",
    "0 jobStarted compute:2",
    "0 jobStarted compute:3",
    "30 jobCompleted compute:1",
    "115 jobStarted copy:1",
    "130 jobTimedOut compute:2",
    "130 ringHalted left",
    "130 ringHalted right",
    "130 jobCompleted compute:2",
    "130 jobTakenBack compute:3",
    "130 jobCompleted copy:1",
    "150 ringResumed left",
    "150 ringResumed right",
    "150 jobStarted compute:3",
    "150 jobStarted compute:4",
    "180 jobCompleted compute:3",
    "210 jobCompleted compute:4",
  ]);
});

it("are slices on a track of the ring; a run that came to nothing says so, and what waits again is seen to wait", () => {
  const { slices } = readPerfetto(writePerfetto(traceOfReset()));
  const pathOf = ({ parent, name }: FileTrack): string => `${parent === undefined ? "" : `${pathOf(parent)}/`}${name}`;
  const told = slices
    .filter(({ category, name }) => category === "reset" || name === "again" || name === "out of time")
    .map(({ track, name, start, end, facts }) => {
      const again = facts["taken back"] === undefined ? "" : ` taken back ${String(facts["taken back"])}`;
      return `${pathOf(track)}: ${name} ${start / 1e6} to ${end / 1e6}${again}`;
    });
  expect(told.sort()).toEqual([
    "ring left/hardware: again 150 to 180",
    "ring left/queue compute/running: again 0 to 130 taken back true",
    "ring left/queue compute/running: again 150 to 180",
    "ring left/queue compute/waiting: again 0 to 0",
    "ring left/queue compute/waiting: again 130 to 150 taken back 1",
    "ring left/queue compute: out of time 130 to 130",
    "ring left/resets: reset on account of compute:2 130 to 150",
    "ring right/resets: reset on account of compute:2 130 to 150",
  ]);
});

it("count a job that was run twice once, and its wait to its first start", () => {
  const [compute, copy] = summarize(traceOfReset());
  expect(compute).toMatchObject({ jobs: 4, done: 3, failed: 1, cancelled: 0, wait: { max: 10 } });
  expect(copy).toMatchObject({ jobs: 1, done: 0, failed: 1 });
});
