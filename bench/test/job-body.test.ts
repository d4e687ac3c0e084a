import { describe, expect, test } from "vitest";
import { freshCopy } from "../src/harness/fresh.ts";
import { faultsOf, freshBody } from "../src/harness/job-body.ts";
import type { BodyShape } from "../src/harness/job-body.ts";

const oneLane: BodyShape = { lanes: 1, distance: 0 };

/** The faults of a contestant that ran these jobs, in this order, of `jobs` that it was given. */
function faultsAfter(indexes: readonly number[], jobs: number, shape = oneLane, seen = indexes.length): string[] {
  const body = freshBody(shape);
  for (const index of indexes) body.run(index);
  return faultsOf(body.tally(), jobs, seen, "kept");
}

describe("the ledger of the jobs", () => {
  test("each job once and in order is right", () => {
    expect(faultsAfter([0, 1, 2, 3], 4)).toEqual([]);
  });

  test("a lost job is told", () => {
    expect(faultsAfter([0, 1, 3], 4).join()).toContain("3 of 4 jobs started");
  });

  test("a job that runs twice in another's place is told", () => {
    expect(faultsAfter([0, 1, 1, 3], 4).join()).toContain("twice");
  });

  test("a reordered job is told, unless order is not promised", () => {
    expect(faultsAfter([0, 2, 1, 3], 4).join()).toContain("out of order");
    const body = freshBody(oneLane);
    for (const index of [0, 2, 1, 3]) body.run(index);
    expect(faultsOf(body.tally(), 4, 4, "free")).toEqual([]);
  });

  test("order is by lane", () => {
    expect(faultsAfter([1, 3, 0, 2], 4, { lanes: 2, distance: 0 })).toEqual([]);
    expect(faultsAfter([0, 3, 1, 2], 4, { lanes: 2, distance: 0 }).join()).toContain("out of order");
  });

  test("a job that is done and not reported as done is told", () => {
    expect(faultsAfter([0, 1, 2, 3], 4, oneLane, 3).join()).toContain("3 of 4 jobs were reported");
  });

  test("a job that starts before what it depends on has finished is told", () => {
    const body = freshBody({ lanes: 1, distance: 2 });
    for (const index of [0, 1, 2]) body.start(index);
    for (const index of [0, 1, 2]) body.finish(index);
    expect(faultsOf(body.tally(), 3, 3, "kept").join()).toContain("1 of 3 jobs started before");
  });

  test("with several dependencies, one that has not finished is enough to be early, and is told once", () => {
    const body = freshBody({ lanes: 1, distance: [1, 2] });
    for (const index of [0, 1]) body.run(index);
    expect(body.tally().early).toBe(0);
    body.start(2);
    body.run(3); // Behind 1, which is done, and 2, which is not.
    body.finish(2);
    body.run(4);
    expect(body.tally()).toMatchObject({ started: 5, finished: 5, early: 1 });
  });

  test("a reset clears everything", () => {
    const body = freshBody(oneLane);
    body.run(5);
    body.reset();
    expect(body.tally()).toEqual({ started: 0, finished: 0, sum: 0, reordered: 0, early: 0 });
  });
});

describe("a fresh copy", () => {
  test("does the same, and is another function", () => {
    const double = (value: number): number => value * 2;
    const copy = freshCopy(double);
    expect(copy(21)).toBe(42);
    expect(copy).not.toBe(double);
  });

  test("two bodies share nothing", () => {
    const [a, b] = [freshBody(oneLane), freshBody(oneLane)];
    a.run(0);
    expect(b.tally().started).toBe(0);
    expect(a.run).not.toBe(b.run);
  });
});
