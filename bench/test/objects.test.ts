import fc from "fast-check";
import { Timeline } from "signalbox";
import type { Fence } from "signalbox";
import { describe, expect, test } from "vitest";
import { casesFor, findCase } from "../src/cases.ts";
import { faultsOf } from "../src/harness/job-body.ts";
import { SIZES } from "../src/objects/dependencies.ts";
import { ArraySet, HybridSet, ListSet, MAP_ABOVE, MapSet } from "../src/objects/fence-sets.ts";

const names = casesFor("objects");
/** They take seconds: see objects.slow.test.ts. */
const proofs = ["objects/race-memory", "objects/containers"];

describe("the objects cases", () => {
  test("are there for what the objects are about, and for each size of dependency sets", () => {
    expect(names).toEqual([
      "objects/array",
      "objects/long-chain",
      "objects/merge",
      "objects/reservation",
      "objects/wait-any",
      "objects/race-memory",
      ...SIZES.map((size) => `objects/dependencies-${size}`),
      "objects/containers",
    ]);
  });

  test.each(names.filter((name) => !proofs.includes(name)))(
    "%s: each contestant does all of its jobs, in order, whatever their number",
    async (name) => {
      const found = await findCase(name);
      if (found.kind === "proof") throw new Error(`${name} is a proof: see objects.slow.test.ts`);
      const lineup = await found.prepare();
      if ("skipped" in lineup) throw new Error(lineup.skipped);
      expect(new Set(lineup.contestants.map(({ role }) => role))).toEqual(new Set(["signalbox", "rival", "floor"]));
      for (const { name: who, body, order, run } of lineup.contestants) {
        for (const jobs of [1, 33]) {
          body.reset();
          const seen = await run(jobs, undefined);
          expect([who, ...faultsOf(body.tally(), jobs, seen, order)]).toEqual([who]);
        }
      }
    },
  );
});

describe("the containers of dependencies", () => {
  const lanes = 3 * MAP_ABOVE;

  test.each([
    ["list", ListSet],
    ["array", ArraySet],
    ["Map", MapSet],
    ["hybrid", HybridSet],
  ])("%s: keeps the latest fence of each timeline, whatever is added in whatever order", (_name, Container) => {
    const timelines = Array.from({ length: lanes }, (_, lane) => new Timeline(`lane ${lane}`));
    // eslint-disable-next-line signalbox/owned-driver-fence -- pending for ever: sets are what this is about
    const fences = timelines.map((lane) => Array.from({ length: 4 }, () => lane.fence().fence));
    const pick = fc.tuple(fc.nat(lanes - 1), fc.nat(3));
    fc.assert(
      fc.property(fc.array(pick, { maxLength: 120 }), (picks) => {
        const set = new Container();
        const latest = new Map<number, Fence>();
        for (const [lane, which] of picks) {
          const fence = fences[lane]![which]!;
          set.add(fence);
          const present = latest.get(lane);
          // eslint-disable-next-line signalbox/no-seqno-arithmetic -- the model, apart from `isLater`, which the sets go by
          if (present === undefined || fence.seqno > present.seqno) latest.set(lane, fence);
        }
        expect(set.sum()).toBe([...latest.values()].reduce((sum, { seqno }) => sum + seqno, 0));
      }),
    );
  });
});
