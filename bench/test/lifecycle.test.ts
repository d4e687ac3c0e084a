import { describe, expect, test } from "vitest";
import { casesFor, findCase } from "../src/cases.ts";
import { faultsOf } from "../src/harness/job-body.ts";
import { OUTSTANDING } from "../src/lifecycle/load.ts";

describe("the lifecycle cases", () => {
  test.each(casesFor("lifecycle"))("%s: each contestant does all of its jobs, whatever their number", async (name) => {
    const found = await findCase(name);
    if (found.kind === "proof") throw new Error(`${name} is a proof`);
    const lineup = await found.prepare();
    if ("skipped" in lineup) throw new Error(lineup.skipped);
    const roles = new Set(lineup.contestants.map(({ role }) => role));
    expect([...roles]).toEqual(expect.arrayContaining(["signalbox", "floor"]));
    for (const { name: who, body, order, run } of lineup.contestants) {
      for (const jobs of [1, 33, 2 * OUTSTANDING + 1]) {
        body.reset();
        const seen = await run(jobs, undefined);
        expect([who, ...faultsOf(body.tally(), jobs, seen, order)]).toEqual([who]);
      }
    }
    await lineup.close?.();
  });

  test("only rivals whose jobs await their dependencies themselves may be overtaken", async () => {
    for (const name of casesFor("lifecycle")) {
      const found = await findCase(name);
      if (found.kind === "proof") continue;
      const lineup = await found.prepare();
      if ("skipped" in lineup) continue;
      const free = lineup.contestants.filter(({ order }) => order === "free");
      expect(free.filter(({ role }) => role !== "rival").map((one) => one.name)).toEqual([]);
      await lineup.close?.();
    }
  });
});
