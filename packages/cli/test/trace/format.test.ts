import { expect, test } from "vitest";
import { count, duration, grouped, percentile } from "../../src/trace/format.ts";
import { Scale } from "../../src/trace/scale.ts";

test.each([
  [0, "0 ns"],
  [999, "999 ns"],
  [1000, "1.00 µs"],
  [999_900, "1.00 ms"],
  [12_340_000, "12.3 ms"],
  [123_400_000, "123 ms"],
  [61_000_000_000, "61.0 s"],
])("%d ns are %s", (ns, text) => {
  expect(duration(ns)).toBe(text);
});

test("counts have their noun, and large ones are in threes", () => {
  expect([count(1, "track"), count(0, "track"), count(12_345, "entry", "entries")]).toEqual([
    "1 track",
    "0 tracks",
    "12 345 entries",
  ]);
  expect(grouped(1234567)).toBe("1 234 567");
});

test("percentiles are of nearest rank", () => {
  expect([percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.99), percentile([], 0.5)]).toEqual([2, 4, 0]);
});

test("ticks are at round times of the whole trace, also in a part of it", () => {
  const scale = new Scale(1000, { start: 1000 + 42e6, end: 1000 + 58e6 }, 0, 550);
  expect(scale.ticks().map(({ label }) => label)).toEqual(["45.0 ms", "50.0 ms", "55.0 ms"]);
  expect(scale.x(1000 + 42e6)).toBe(0);
  expect(scale.x(1000 + 50e6)).toBe(275);
  expect([scale.x(0), scale.x(1e12)]).toEqual([0, 550]);
});
