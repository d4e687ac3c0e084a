import { describe, expect, test } from "vitest";
import { timesText } from "../src/recovery/recovery.ts";
import { takeSamples } from "../src/recovery/samples.ts";

describe("the samples of a recovery", () => {
  /** Takes so many, where every so manieth try comes to nothing. */
  const takenOf = async (wanted: number, fails: (tried: number) => boolean): Promise<readonly [number, number]> => {
    let tried = 0;
    let taken = 0;
    const tries = await takeSamples(wanted, () => {
      const had = !fails(tried++);
      if (had) taken++;
      return Promise.resolve(had);
    });
    expect(tries).toBe(tried);
    return [taken, tries];
  };

  test("bug: one that could not be had was left out: it is tried again, so that there are as many as are told", async () => {
    expect(await takenOf(5, () => false)).toEqual([5, 5]);
    expect(await takenOf(5, (tried) => tried % 2 === 0)).toEqual([5, 10]);
  });

  test("are given up when most tries come to nothing, and then their number is told beside what was wanted", async () => {
    expect(await takenOf(5, () => true)).toEqual([0, 15]);
    expect(await takenOf(5, (tried) => tried > 1)).toEqual([2, 15]);
    expect(timesText(2, 5)).toBe("2 of 5");
    expect(timesText(5, 5)).toBe("5");
  });
});
