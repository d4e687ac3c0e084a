import { describe, expect, test } from "vitest";
import { errno, submission, submit } from "../../src/index.ts";
import { summarize } from "../../src/trace/index.ts";
import { spread } from "../../src/trace/summary.ts";
import { manualSim, traced } from "./support.ts";

describe("figures", () => {
  test("count jobs by how they ended, and measure wait and run in virtual time", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const upload = sim.queue("upload", { credits: 2 });
    const compute = sim.queue("compute");
    const jobs = Array.from({ length: 4 }, (_, index) => upload.job({ error: index === 3 ? errno.EIO : 0 }));
    submit(...jobs, compute.job({ after: jobs[3]! }), compute.job({ cost: 5, after: jobs[0]! }));
    sim.platform.run();
    // The ring runs one at a time: starts at 0, 0, 10, 20; completions at 10, 20, 30, 40; compute's second starts at 40.
    expect(summarize(trace)).toMatchObject([
      {
        queue: "upload",
        ring: "sim.0",
        jobs: 4,
        done: 3,
        failed: 1,
        cancelled: 0,
        unfinished: 0,
        wait: { count: 4, p50: 0, p99: 20, max: 20, total: 30 },
        run: { count: 4, p50: 20, p99: 20, max: 20, total: 70 },
        credits: 2,
        peakCredits: 2,
      },
      {
        queue: "compute",
        jobs: 2,
        done: 1,
        failed: 0,
        cancelled: 1,
        wait: { count: 1, p50: 40 },
        run: { count: 1, p50: 10 },
        credits: Infinity,
        peakCredits: 5,
      },
    ]);
  });

  test("call unfinished what has not ended, and leave out what was rolled back", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const queue = sim.queue("work", { jobs: 1 });
    expect(() =>
      submission((section) => {
        section.arm(queue.job({}));
        section.arm(queue.job({}));
        section.arm(queue.job({}));
        throw new Error("no");
      }),
    ).toThrow();
    submit(queue.job({}), queue.job({}));
    sim.platform.run(15);
    expect(summarize(trace)).toMatchObject([
      { jobs: 2, done: 1, unfinished: 1, wait: { count: 2, max: 10 }, run: { count: 1 } },
    ]);
  });

  test("have a row for a queue without jobs, and none for a timeline", () => {
    const trace = traced();
    manualSim().queue("idle");
    expect(summarize(trace)).toMatchObject([{ queue: "idle", jobs: 0, wait: { count: 0, p50: 0, p99: 0, total: 0 } }]);
  });
});

test("percentiles are of nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(spread(hundred)).toEqual({ count: 100, p50: 50, p99: 99, max: 100, total: 5050 });
  expect(spread([7, undefined])).toEqual({ count: 1, p50: 7, p99: 7, max: 7, total: 7 });
});
