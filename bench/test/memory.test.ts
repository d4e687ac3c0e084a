import { expect, test } from "vitest";
import { memory } from "../src/memory/job.ts";

test("memory/job: a job has its bytes at each stage, and leaves nothing", async () => {
  const { figures, wrong } = await memory.run({ quick: true });
  expect(wrong).toEqual([]);
  expect(figures["specBytes"]).toBeGreaterThan(20);
  for (const stage of ["rest", "queued", "inFlight"]) expect(figures[`${stage}Bytes`]).toBeGreaterThan(50);
  expect(figures["retainedBytes"]).toBeLessThanOrEqual(1);
});
