import * as core from "signalbox";
import { startTrace } from "signalbox/trace";
import { expect, test } from "vitest";
import { NO_DEPENDENCIES } from "../src/lifecycle/load.ts";
import { openTickQueues } from "../src/lifecycle/tick-driver.ts";
import { byFences } from "../src/lifecycle/tick-signalbox.ts";
import { EVENTS_OF_A_JOB } from "../src/overhead/overhead.ts";

test("overhead/trace: its floor holds as many jobs as the trace, which has eight events of each", async () => {
  const jobs = 10_000;
  const run = byFences(openTickQueues(core, NO_DEPENDENCIES));
  const trace = startTrace({ clock: "batch" });
  expect(await run(jobs)).toBe(jobs);
  trace.stop();
  expect(Math.round(trace.length / jobs)).toBe(EVENTS_OF_A_JOB);
});
