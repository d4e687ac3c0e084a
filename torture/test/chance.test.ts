import { describe, expect, test } from "vitest";
import { Chance } from "../src/harness/chance.ts";

const draws = (chance: Chance): number[] => Array.from({ length: 5 }, () => chance.below(1_000));

describe("chance", () => {
  test("depends on the seed, and on which source of it, alone", () => {
    expect(draws(new Chance(1, 2, 3))).toEqual(draws(new Chance(1, 2, 3)));
    const all = [new Chance(1, 2, 3), new Chance(1, 2, 4), new Chance(1, 3, 3), new Chance(2, 2, 3)].map(draws);
    expect(new Set(all.map(String)).size).toBe(4);
  });

  test("weights say how often a thing comes, and a list without weight still has one", () => {
    const chance = new Chance(7);
    const list = [
      { name: "often", weight: 9 },
      { name: "seldom", weight: 1 },
      { name: "never", weight: 0 },
    ];
    const drawn = Array.from({ length: 2_000 }, () => chance.byWeight(list).name);
    expect(drawn.filter((name) => name === "often").length).toBeGreaterThan(1_700);
    expect(drawn.filter((name) => name === "seldom").length).toBeGreaterThan(100);
    expect(drawn).not.toContain("never");
  });

  test("an undefined entry is an entry, and an empty list has none", () => {
    const one: unknown = new Chance(1).one<unknown>([undefined]);
    expect(one).toBeUndefined();
    expect(() => {
      new Chance(1).one<unknown>([]);
    }).toThrow(RangeError);
    const none: unknown = new Chance(1).perhapsOne<unknown>([]);
    expect(none).toBeUndefined();
  });
});
