import { expect, test } from "vitest";
import { readPerfetto } from "signalbox/trace";
import { report } from "../../src/trace/report.ts";
import { record } from "../support.ts";

const trace = readPerfetto(record());

test("tells the first problems one by one, and how many more there are", () => {
  const problems = Array.from({ length: 25 }, (_, index) => `Problem ${index}`);
  const lines = report("broken", { ...trace, problems, brokenFlows: 3 });
  expect(lines.filter((line) => line.startsWith("BROKEN"))).toEqual([
    ...problems.slice(0, 10).map((problem) => `BROKEN: ${problem}`),
    "BROKEN: and 15 more problems",
  ]);
  expect(lines.at(-1)).toMatch(/3 unresolved .* BROKEN \(25 problems\)$/);
});

test("tells what the writer could not draw in its own words, once", () => {
  const queue = trace.tracks.find(({ name }) => name === "queue upload")!;
  const note = { track: queue, name: 'not drawn: 7 of "waiting"', category: "trace", start: 0, end: 0 };
  const slices = [...trace.slices, { ...note, instant: true, depth: 0, job: 0, facts: {} }];
  const line = report("full", { ...trace, slices }).find((text) => text.startsWith("  queue upload"));
  expect(line).toMatch(/^ {2}queue upload +signalled 40 {2}failed 1 {2}not drawn: 7 of "waiting"$/);
});

test("counts what a head was blocked on by queue, not by job", () => {
  const line = report("blocked", trace).find((text) => text.includes("blocked on gate"));
  expect(line).toMatch(/\(.*blocked on upload \d+, blocked on gate 1\)/);
});
