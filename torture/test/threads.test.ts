import { expect, test } from "vitest";
import { Chance } from "../src/harness/chance.ts";
import { optionsByChance } from "../src/threads/load.ts";

test("bug: no round had threads that spin: half of them have, for longer and shorter, by the seed alone", () => {
  const spins = (seed: number): readonly number[] =>
    Array.from({ length: 200 }, (_, round) => optionsByChance(new Chance(seed, round)).spin);
  expect(spins(1)).toEqual(spins(1));
  const spinning = spins(1).filter((spin) => spin > 0);
  expect(spinning.length).toBeGreaterThan(60);
  expect(spinning.length).toBeLessThan(140);
  expect(new Set(spinning)).toEqual(new Set([0.001, 0.05, 5]));
});
