import { describe, expect, test } from "vitest";
import { caseNames, casesFor, findCase } from "../src/cases.ts";
import { readOptions, usage } from "../src/options.ts";

describe("the command line", () => {
  test("nothing asked for is everything, thoroughly", () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ kind: "run", cases: caseNames, settings: { quick: false }, json: undefined });
  });

  test("a contest has five rounds at least, quick or not", () => {
    for (const args of [[], ["--quick"]]) {
      const options = readOptions(args);
      expect(options.kind === "run" && options.settings.rounds).toBeGreaterThanOrEqual(5);
    }
  });

  test("a case is asked for by its name, by its group, or by the last part of its name", () => {
    expect(casesFor("lifecycle")).toEqual(caseNames.filter((name) => name.startsWith("lifecycle/")));
    expect(casesFor("lifecycle").slice(0, 2)).toEqual(["lifecycle/steady", "lifecycle/steady-1"]);
    expect(casesFor("lifecycle/tick")).toEqual(["lifecycle/tick"]);
    expect(casesFor("heap")).toEqual(["proofs/heap"]);
    expect(casesFor("life")).toEqual([]);
  });

  test("cases run once each, in the order of the list, however they were asked for", () => {
    expect(readOptions(["close", "lifecycle/tick", "lifecycle"])).toMatchObject({
      cases: [...casesFor("lifecycle"), "proofs/close"],
    });
  });

  test("flags may stand anywhere", () => {
    expect(readOptions(["heap", "--json", "out.json", "--quick"])).toMatchObject({
      kind: "run",
      cases: ["proofs/heap"],
      settings: { quick: true },
      json: "out.json",
    });
  });

  test.each([
    [["nothing"], "nothing"],
    [["heap", ""], '""'],
    [["--fast"], "--fast"],
    [["--json"], "--json"],
    [["--json", ""], "--json"],
    [["--quick=yes"], "--quick"],
  ])("%j is a mistake, and the message names it", (args, named) => {
    const options = readOptions(args);
    expect(options.kind).toBe("mistake");
    expect(options.kind === "mistake" && options.message).toContain(named);
  });

  test("the usage lists every case", () => {
    for (const name of caseNames) expect(usage()).toContain(name);
  });

  test("every case of the list can be loaded, and has the name it is listed by", async () => {
    const cases = await Promise.all(caseNames.map(findCase));
    expect(cases.map(({ name }) => name)).toEqual(caseNames);
  });
});
