import { describe, expect, test } from "vitest";
import { faultsOf, freshBody } from "../src/harness/job-body.ts";
import type { JobBody } from "../src/harness/job-body.ts";
import { bareFences, causesAt } from "../src/lifecycle/bare-fences.ts";
import type { BareLoad } from "../src/lifecycle/bare-fences.ts";

const load: BareLoad = { lanes: 1, credits: 64, outstanding: 1_000, ticks: false };

describe("the floor of bare fence objects", () => {
  test.each([
    { lanes: 1, ticks: false, distances: [] },
    { lanes: 1, ticks: false, distances: [1] },
    { lanes: 2, ticks: false, distances: [1] },
    { lanes: 4, ticks: false, distances: [1, 2, 999] },
    { lanes: 1_024, ticks: false, distances: [] },
    { lanes: 1_024, ticks: false, distances: [1] },
    { lanes: 4, ticks: true, distances: [] },
    { lanes: 4, ticks: true, distances: [1] },
    { lanes: 4, ticks: true, distances: [253, 254, 255, 257] },
    { lanes: 1_024, ticks: true, distances: [3] },
  ])(
    "does all jobs, in order and behind what they depend on: $lanes lanes, ticks $ticks, $distances back",
    async (one) => {
      for (const credits of [1, 64]) {
        for (const awaited of [false, true]) {
          const body = freshBody({ lanes: one.lanes, distance: one.distances });
          const { run, order } = bareFences({ ...load, ...one, credits, awaited }, body, causesAt(one.distances));
          for (const jobs of [1, 33, 2_001]) {
            body.reset();
            const seen = await run(jobs, undefined);
            expect(faultsOf(body.tally(), jobs, seen, order)).toEqual([]);
          }
        }
      }
    },
  );

  test("has no more than its credits in flight on a lane", async () => {
    const inner = freshBody({ lanes: 1, distance: 0 });
    let inFlight = 0;
    let most = 0;
    const body: JobBody = {
      ...inner,
      start(index) {
        most = Math.max(most, ++inFlight);
        inner.start(index);
      },
      finish(index) {
        inFlight--;
        inner.finish(index);
      },
    };
    expect(await bareFences({ ...load, credits: 7 }, body).run(100, undefined)).toBe(100);
    expect(await bareFences({ ...load, credits: 5, ticks: true }, body).run(100, undefined)).toBe(100);
    expect([most, inFlight]).toEqual([7, 0]);
  });

  test.each([false, true])("bug: a run knew the fences of the run before it (awaited: %s)", async (awaited) => {
    const known: number[] = [];
    const body = freshBody({ lanes: 1, distance: 0 });
    const { run } = bareFences({ ...load, awaited }, body, (index, window) => {
      if (index === 0) known.push(window.length);
      return null;
    });
    await run(1_500, undefined);
    await run(1_500, undefined);
    expect(known).toEqual([0, 0]);
  });
});
