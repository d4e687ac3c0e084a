/** The page about performance speaks of the bars that there are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bars } from "../src/report/bars.ts";
import { barResults, barText } from "../src/report/held.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "performance.md"), "utf8");
const section = /^## The bars$(.*?)^#/ms.exec(page)?.[1] ?? "";
const [head, , ...rows] = section
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

/** What is said of each bar, whatever its figure is. */
const said = bars.flatMap((bar) =>
  barResults([bar], [{ kind: "failed", name: bar.case, title: "", wrong: [] }]).map((result) => [
    `\`${result.case}\``,
    result.what,
    barText(result),
  ]),
);

test("docs/performance.md: its table has each bar, in their order, with what it is held against and how high it is", () => {
  expect(head).toEqual(["case", "beside", "bar", "figure", "floor", ""]);
  expect(rows.map((row) => row.slice(0, 3))).toEqual(said);
});

test("docs/performance.md: it says how many are held, of how many", () => {
  const held = rows.filter((row) => row.at(-1) === "held").length;
  expect(rows.filter((row) => !["held", "short"].includes(row.at(-1) ?? ""))).toEqual([]);
  expect(section).toContain(`: ${held} of ${bars.length} are held.`);
});
