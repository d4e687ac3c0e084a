import { describe, expect, test } from "vitest";
import { median, percentile, ratio, rotated, spread } from "../src/harness/statistics.ts";

describe("statistics", () => {
  test("the median is the middle value, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  test("the median leaves its input as it is, and sorts by value, not by text", () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });

  test("the spread is the whole range over the median", () => {
    expect(spread([90, 100, 130])).toBeCloseTo(0.4);
    expect(spread([5, 5, 5])).toBe(0);
  });

  test("a percentile is a value that was measured", () => {
    const sorted = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(sorted, 0.5)).toBe(50);
    expect(percentile(sorted, 0.99)).toBe(99);
    expect(percentile(sorted, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test("a ratio is taken round by round: a round that was slow for both does not count against one", () => {
    expect(ratio([200, 2000, 200], [100, 1000, 100])).toBe(2);
    expect(ratio([1, 2, 3], [1])).toBe(1);
  });

  test("each item goes first once in as many rounds as there are items", () => {
    const items = ["a", "b", "c"];
    expect([0, 1, 2, 3].map((round) => rotated(items, round).join(""))).toEqual(["abc", "bca", "cab", "abc"]);
    expect(rotated([], 3)).toEqual([]);
  });
});
