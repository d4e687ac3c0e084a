import { describe, expect, test } from "vitest";
import { caseNames } from "../src/cases.ts";
import type { findCase as FindCase } from "../src/cases.ts";
import { faultsOf } from "../src/harness/job-body.ts";
import { bars } from "../src/report/bars.ts";
import { isMeant } from "../src/report/held.ts";

// The threads of the contestants run files of their own, which exist only where it was built.
const built = new URL("../dist/cases.js", import.meta.url).href;

describe("the threads cases", () => {
  test.each(caseNames.filter((name) => name.startsWith("threads/")))(
    "%s: each contestant does all of its jobs, whatever their number",
    async (name) => {
      const { findCase } = (await import(built)) as { readonly findCase: typeof FindCase };
      const found = await findCase(name);
      if (found.kind === "proof") throw new Error(`${name} is a proof`);
      const lineup = await found.prepare();
      if ("skipped" in lineup) throw new Error(lineup.skipped);
      const roles = new Set(lineup.contestants.map(({ role }) => role));
      expect([...roles]).toEqual(expect.arrayContaining(["signalbox", "rival", "floor"]));
      // Their names are those that the bars go by.
      for (const { case: of, figure } of bars) {
        if (of !== name || figure.kind === "found") continue;
        expect(lineup.contestants.some((one) => isMeant(figure.of, one))).toBe(true);
        expect(lineup.contestants.some((one) => isMeant(figure.against, one))).toBe(true);
      }
      for (const { name: who, body, order, run } of lineup.contestants) {
        for (const jobs of [1, 33, 257]) {
          body.reset();
          const seen = await run(jobs, undefined);
          expect([who, ...faultsOf(body.tally(), jobs, seen, order)]).toEqual([who]);
        }
      }
      await lineup.close?.();
    },
  );
});
