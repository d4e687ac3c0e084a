/** The trace uses nothing that a browser has not: recorded, written and read back in one. */
import { expect, test } from "vitest";
import { Ring, submit } from "../../src/index.ts";
import { readPerfetto, startTrace, summarize, writePerfetto } from "../../src/trace/index.ts";

test("a trace is recorded, written and read in a browser", async () => {
  const trace = startTrace();
  const ring = new Ring({ name: "page", run: () => "done", cancel: () => {} });
  const [first, second] = [ring.queue("first", { credits: 2 }), ring.queue("second")];
  const jobs = Array.from({ length: 50 }, (_, index) => first.job({ label: `job ${index}` }));
  submit(...jobs, ...jobs.map((job) => second.job({ after: job })));
  await ring.drain();
  trace.stop();
  expect(summarize(trace)).toMatchObject([
    { queue: "first", jobs: 50, done: 50, peakCredits: 1 },
    { queue: "second", jobs: 50, done: 50 },
  ]);
  const { slices, flows, problems } = readPerfetto(writePerfetto(trace));
  expect(problems).toEqual([]);
  expect(slices.filter(({ category }) => category === "running")).toHaveLength(100);
  expect(flows).toHaveLength(50);
});
