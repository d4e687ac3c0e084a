/** The list of prices: each call is really made, everything it began comes to its end, and docs/costs.md has a line for each. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { operations } from "../src/calls/operations.ts";
import { prices } from "../src/calls/prices.ts";

describe("calls/prices", () => {
  test("has a price for every call, and takes no promise for its word", async () => {
    const { figures, lines, wrong } = await prices.run({ quick: true });
    expect(wrong).toEqual([]);
    expect(Object.keys(figures)).toEqual(operations().map(({ name }) => name));
    for (const ns of Object.values(figures)) expect(ns).toBeGreaterThan(0);
    expect(lines.join("\n").split("\n")).toHaveLength(operations().length + 1);
  }, 60_000);

  test("docs/costs.md has the same lines", async () => {
    const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "costs.md"), "utf8");
    const rows = [...page.matchAll(/^\| `?([^|`]+)`? +\| +[\d.]+ [nu]s/gm)].map(([, name]) => name!.trim());
    expect(rows).toEqual(operations().map(({ name }) => name));
  });
});
