import { describe, expect, test } from "vitest";
import { playEpoch } from "../src/sim/epoch.ts";
import { resetsInARow } from "../src/sim/resets.ts";
import { soak } from "../src/sim/soak.ts";

describe("the soak in virtual time", () => {
  test("accounts for every job of some thousand, with a random fault in each hundredth", async () => {
    const { totals, faults, wrong, resets, retried } = await soak(1, 6_000);
    expect(wrong).toEqual([]);
    expect(totals.submitted).toBe(6_000);
    expect(totals.done + totals.failed + totals.cancelled).toBe(6_000);
    expect([...faults.keys()].length).toBeGreaterThanOrEqual(11);
    expect(resets).toBeGreaterThan(3);
    expect(retried).toBeGreaterThan(0);
  });

  test("is the same for the same seed, to the last job", async () => {
    const [first, again, other] = [
      await playEpoch(8, 0, 2_000),
      await playEpoch(8, 0, 2_000),
      await playEpoch(8, 1, 2_000),
    ];
    expect(again).toEqual(first);
    expect(other.totals).not.toEqual(first.totals);
  });
});

test("promise 12: a hundred resets in a row lose nothing", async () => {
  const { resets, jobs, retried, ended, wrong } = await resetsInARow(1, 100);
  expect(wrong).toEqual([]);
  expect(resets).toBe(100);
  expect(jobs).toBeGreaterThan(500);
  expect(retried).toBeGreaterThan(50);
  expect(ended).toBeGreaterThan(50);
});
