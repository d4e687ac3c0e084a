import { describe, expect, test } from "vitest";
import { loadNames, readOptions, usage } from "../src/options.ts";

describe("the command line", () => {
  test("nothing asked for is everything, for a minute", () => {
    expect(readOptions([])).toMatchObject({
      kind: "run",
      only: loadNames,
      minutes: 1,
      seed: undefined,
      round: undefined,
    });
  });

  test("a number of jobs is the soak alone, of as many; and the soak alone is the whole of it", () => {
    expect(readOptions(["--jobs", "5000"])).toMatchObject({ only: ["sim"], jobs: 5_000 });
    expect(readOptions(["--only", "sim"])).toMatchObject({ only: ["sim"], jobs: 1_000_000 });
    expect(readOptions(["--only", "threads,isolated", "--minutes", "0.5", "--seed", "7"])).toMatchObject({
      only: ["threads", "isolated"],
      minutes: 0.5,
      seed: 7,
    });
  });

  test.each([
    [["--only", "disks"], "disks"],
    [["--minutes", "soon"], "soon"],
    [["--minutes=-1"], "-1"],
    [["--seed", "1.5"], "1.5"],
    [["--jobs", "0"], "0"],
    [["--jobs", ""], "jobs"],
    [["--loud"], "--loud"],
    [["threads"], "threads"],
  ])("%j is a mistake, and the message names it", (args, named) => {
    const options = readOptions(args);
    expect(options.kind).toBe("mistake");
    expect(options.kind === "mistake" && options.message).toContain(named);
  });

  test("the usage names every flag and load", () => {
    for (const word of [...loadNames, "--minutes", "--seed", "--jobs", "--round", "--help"])
      expect(usage()).toContain(word);
  });
});
