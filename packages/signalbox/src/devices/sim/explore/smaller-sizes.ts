/** The smaller sizes of a scenario: which of them shrinking tries, and in which order. */
import type { Scenario, Size } from "./scenario.ts";

/** How many sizes between the small form and the present one are tried at the most. */
const BETWEEN = 8;

/**
 * Smaller sizes than this one, the smallest first: the least, the small form with one dimension at its least, the small form, and
 * some between that and this one.
 */
export function smallerSizes(scenario: Scenario, size: Size): readonly Size[] {
  const names = Object.keys(size);
  const least = each(size, (name) => Math.min(size[name]!, scenario.size[name]!.least));
  const small = each(size, (name) => Math.min(size[name]!, scenario.size[name]!.small));
  const widest = Math.max(0, ...names.map((name) => size[name]! - small[name]!));
  const parts = Math.min(BETWEEN + 1, widest);
  const between = Array.from({ length: Math.max(0, parts - 1) }, (_, index) =>
    each(size, (name) => small[name]! + Math.floor(((size[name]! - small[name]!) * (index + 1)) / parts)),
  );
  const all = [least, ...names.map((name) => ({ ...small, [name]: least[name]! })), small, ...between];
  const smaller = new Map(all.filter((one) => sum(one) < sum(size)).map((one) => [JSON.stringify(one), one]));
  return [...smaller.values()].sort((a, b) => sum(a) - sum(b));
}

/** This size with one dimension smaller by one, for each of which that can be said. */
export function sizesBelow(scenario: Scenario, size: Size): readonly Size[] {
  return Object.keys(size)
    .filter((name) => size[name]! > scenario.size[name]!.least)
    .map((name) => ({ ...size, [name]: size[name]! - 1 }));
}

function each(size: Size, value: (name: string) => number): Size {
  return Object.fromEntries(Object.keys(size).map((name) => [name, value(name)]));
}

function sum(size: Size): number {
  return Object.values(size).reduce((total, one) => total + one, 0);
}
