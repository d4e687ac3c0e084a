/** What shrinking does without, for failures that need some of it. */
import { describe, expect, it } from "vitest";
import { explore } from "../../../../src/devices/sim/explore/explore.ts";
import { replay } from "../../../../src/devices/sim/explore/replay.ts";
import type { Scenario } from "../../../../src/devices/sim/explore/scenario.ts";
import { readSchedule, writeSchedule } from "../../../../src/devices/sim/explore/schedule.ts";
import type { Schedule } from "../../../../src/devices/sim/explore/schedule.ts";
import { coreSites } from "../../../../src/faults.ts";
import type { CoreSite } from "../../../../src/faults.ts";
import { submit } from "../../../../src/queue/submission.ts";
import { scenarios } from "../../../../src/devices/sim/scenarios/index.ts";

/** Fails where so many jobs were submitted and these sites struck, in whatever order. */
function needs(jobs: number, sites: readonly CoreSite[]): Scenario<"jobs"> {
  return {
    name: "needs",
    about: "a failure that needs some jobs and some strikes",
    size: { jobs: { small: 2, large: 12, least: 1 } },
    faults: ["run throws"],
    build(world, size) {
      const queue = world.device("gpu").queue("work");
      let submitted = 0;
      world.actor("submitter", function* () {
        for (let index = 0; index < size.jobs; index++) {
          yield `submits job ${index}`;
          submit(queue.job({ label: `job ${index}` }));
          submitted++;
        }
      });
      world.actor("looker", function* () {
        for (let index = 0; index < size.jobs; index++) {
          yield `looks ${index}`;
          const struck = sites.every((site) => world.struck(site));
          world.check(!(submitted >= jobs && struck), "enough of everything");
        }
      });
    },
  };
}

function steps({ how }: Schedule): number {
  return how.kind === "choices" ? how.choices.filter(({ kind }) => kind === "step").length : Infinity;
}

/** What the ways are about that aren't the first. */
function happened({ how }: Schedule): readonly string[] {
  if (how.kind !== "choices") return [];
  return how.choices.filter(({ kind, place }) => kind === "way" && place > 0).map(({ name }) => name);
}

describe("shrinking", () => {
  it.each<[string, number, readonly CoreSite[], number]>([
    ["none", 5, [], 6],
    ["one", 5, ["late release"], 10],
    ["two", 4, ["late release", "early yield"], 12],
  ])(
    "bug: what needs a size between the forms came out in the large one (sites that it needs: %s)",
    { timeout: 60_000 },
    async (_name, jobs, sites, most) => {
      const scenario: Scenario<"jobs"> = { ...needs(jobs, sites), byChance: true };
      const { found } = await explore(scenario, { schedules: 3000 });
      expect(found!.first.size).toEqual({ jobs: 12 });
      const { short } = found!;
      expect(short.size).toEqual({ jobs });
      expect([...(short.sites ?? [])].sort()).toEqual([...sites].sort());
      expect(short.strikeBudget).toBe(sites.length > 0 ? sites.length : undefined);
      for (const fault of short.faults) expect(happened(short)).toContain(fault);
      expect(steps(short)).toBeLessThanOrEqual(most);
      const { result } = await replay(scenario, readSchedule(writeSchedule(short)));
      expect(result.violations).toContainEqual(found!.violation);
    },
  );

  it("bug: sites that had never struck stayed in the recipe of a small failure", async () => {
    const { found } = await explore(needs(2, ["late release"]), { schedules: 3000 });
    expect(found!.first.sites).toEqual(coreSites);
    expect(found!.short.sites).toEqual(["late release"]);
    expect(found!.short.faults).toEqual([]);
  });

  it("bug: a long failure that two sites lead to was left as long as it was", { timeout: 60_000 }, async () => {
    const base = scenarios.find(({ name }) => name === "credits-at-the-limit")!;
    const scenario: Scenario = {
      ...base,
      byChance: true,
      build(world, size) {
        base.build(world, size);
        world.actor("spy", function* () {
          for (let look = 0; look < 6; look++) {
            yield `looks, ${look}`;
            world.check(!(world.struck("short batch") && world.struck("late release")), "both struck");
          }
        });
      },
    };
    const { found } = await explore(scenario, { schedules: 6000 });
    expect(steps(found!.first)).toBeGreaterThan(20);
    expect(steps(found!.short)).toBeLessThan(12);
    expect(found!.short).toMatchObject({ strikeBudget: 2, faults: [] });
    expect([...found!.short.sites!].sort()).toEqual(["late release", "short batch"]);
  });
});
