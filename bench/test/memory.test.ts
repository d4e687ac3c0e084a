import { expect, test } from "vitest";
import { collect, collectYoung } from "../src/harness/memory.ts";
import { memory } from "../src/memory/job.ts";

test("memory/job: a job has its bytes at each stage, and leaves nothing", async () => {
  const { figures, wrong } = await memory.run({ quick: true });
  expect(wrong).toEqual([]);
  expect(figures.specBytes).toBeGreaterThan(20);
  for (const stage of ["rest", "queued", "inFlight"] as const) expect(figures[`${stage}Bytes`]).toBeGreaterThan(50);
  // What an object for each job can't do without, and what a promise takes at the least.
  expect(figures.bareBytes).toBeGreaterThan(50);
  for (const rival of ["fastq", "fastqPromise", "pLimit", "pQueue", "byHand"] as const)
    expect(figures[`${rival}Bytes`]).toBeGreaterThan(figures.bareBytes);
  expect(figures.retainedBytes).toBeLessThanOrEqual(1);
});

test("bug: what was collected before a round took the engine's code of it along: only young garbage is", async () => {
  // A weak reference holds on to what it was asked for until the turn of the event loop ends.
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  let held: object | undefined = { old: true };
  const reference = new WeakRef(held);
  collect();
  collect();
  await turn();
  held = undefined;
  collectYoung();
  expect(reference.deref()).toBeDefined();
  await turn();
  collect();
  expect(reference.deref()).toBeUndefined();
  expect(held).toBeUndefined();
});
