import { expect, test } from "vitest";
import { loadsOfGraphs } from "../src/growth/dag.ts";
import { growthOf, measureSizes } from "../src/growth/sizes.ts";
import type { Load } from "../src/growth/sizes.ts";
import type { Contestant } from "../src/harness/contest.ts";
import { freshBody } from "../src/harness/job-body.ts";

let clock = 0;
const options = { sizes: [10, 20], unit: "jobs", rounds: 3, roundMs: 1, now: () => clock };

/** A load whose jobs take so many ms each at a size; that many of them get lost. */
function load(msEach: (size: number) => number, lost = 0, role: Contestant["role"] = "signalbox"): Load {
  return {
    name: "a load",
    key: role === "floor" ? "floor" : "load",
    at(size) {
      const body = freshBody({ lanes: 1, distance: 0 });
      const run = (jobs: number): number => {
        for (let index = 0; index < jobs - lost; index++) body.run(index);
        clock += msEach(size) * jobs;
        return jobs - lost;
      };
      return { contestant: { name: "", role, body, order: "kept", run }, jobs: size };
    },
  };
}

test("growth is the most that a size costs over any smaller one", () => {
  expect(growthOf([100, 100, 100])).toBe(1);
  expect(growthOf([100, 50, 40])).toBe(1);
  expect(growthOf([400, 100, 150])).toBe(1.5);
  expect(growthOf([100, 200, 100])).toBe(2);
});

test("a cost that grows is found, and is a figure by size; the largest growth of all loads counts", async () => {
  const { figures, wrong, summary } = await measureSizes([load((size) => size / 10), load(() => 0.25)], options);
  expect(wrong).toEqual([]);
  expect(figures).toMatchObject({ growth: 2, loadGrowth: 1, "load-10-ns": 250_000, "load-20-ns": 250_000 });
  expect(summary).toContain("2.00x");
});

test("the growth of a floor is a figure of its own, and not ours", async () => {
  const { figures } = await measureSizes([load(() => 0.25), load((size) => size / 10, 0, "floor")], options);
  expect(figures).toMatchObject({ growth: 1, floorGrowth: 2 });
});

test("the growth of a load that stands apart is a figure of its own, told beside that of the others", async () => {
  const apart: Load = { ...load((size) => size / 10), key: "apart", apart: true };
  const { figures, summary } = await measureSizes([load(() => 0.25), apart], options);
  expect(figures).toMatchObject({ growth: 1, apartGrowth: 2 });
  expect(summary).toBe("grows by 1.00x at the most (a load), 2.00x a load");
});

test("bug: loads that failed were held not to grow", async () => {
  const { figures } = await measureSizes([load(() => 1, 1)], options);
  expect(figures).not.toHaveProperty("growth");
});

test("a lost job is wrong", async () => {
  const { wrong } = await measureSizes([load(() => 1, 1)], options);
  expect(wrong.join()).toContain("9 of 10 jobs started");
});

test("growth/dag: each does all jobs of its graph, none before what it depends on, however many are outstanding", async () => {
  const sizes = { sizes: [1, 3_000], unit: "jobs", rounds: 1, roundMs: 0.01 };
  const { wrong, figures } = await measureSizes(loadsOfGraphs(), sizes);
  expect(wrong).toEqual([]);
  for (const key of ["growth", "bareGrowth", "atOnceGrowth", "bareAtOnceGrowth"]) expect(figures).toHaveProperty(key);
});
