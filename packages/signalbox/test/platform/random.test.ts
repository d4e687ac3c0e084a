import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/platform/random.ts";

describe("seeded random numbers", () => {
  const numbers = (seed: number, count: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, random);
  };

  it("depend on the seed alone", () => {
    expect(numbers(42, 100)).toEqual(numbers(42, 100));
    expect(numbers(42, 100)).not.toEqual(numbers(43, 100));
  });

  it("are in [0, 1), and spread evenly, also for seeds that are close", () => {
    for (const seed of [0, 1, 2, -1, 2 ** 31]) {
      const all = numbers(seed, 10_000);
      expect(all.every((number) => number >= 0 && number < 1)).toBe(true);
      const tenths = Array.from({ length: 10 }, (_, tenth) => all.filter((n) => Math.floor(n * 10) === tenth).length);
      for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
    const first = Array.from({ length: 1000 }, (_, seed) => numbers(seed, 1)[0] ?? 0);
    expect(first.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1);
  });
});
