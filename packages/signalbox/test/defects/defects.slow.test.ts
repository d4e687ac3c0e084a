import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { beforeAll, describe, expect, it } from "vitest";
import { defect } from "./defect.ts";
import type { Line } from "./defect.ts";
import { stoppedBy } from "./lines.ts";
import type { Stopped } from "./lines.ts";
import { ofPrograms } from "./of-programs.ts";
import { ofTheKernel } from "./of-the-kernel.ts";
import { pageOf } from "./page.ts";
import { reports } from "./reports.ts";

const page = fileURLToPath(new URL("../../../../docs/defects.md", import.meta.url));
const defects = [...ofTheKernel, ...ofPrograms];

let all: readonly Stopped[] = [];
beforeAll(() => {
  all = stoppedBy(defects);
}, 120_000);

const idsOf = (line: Line): readonly string[] => all.filter((each) => each.line === line).map((each) => each.defect.id);

describe("planted defects", () => {
  it("have ids of their own, and every line of defence has some to stop", () => {
    expect(new Set(defects.map(({ id }) => id)).size).toBe(defects.length);
    for (const line of ["tsc", "lint", "core", "validator"] as const) expect(idsOf(line).length).toBeGreaterThan(5);
  });

  it("that only one order shows are found by exploration, and no others are explored", () => {
    const ofOrder = defects.filter(({ scenario }) => scenario === true).map(({ id }) => id);
    expect(ofOrder.length).toBeGreaterThan(0);
    expect(idsOf("explorer")).toEqual(ofOrder);
  });

  it("are all stopped, but those of which is said why nothing can", () => {
    expect(idsOf("none")).toEqual(defects.filter(({ passes }) => passes !== undefined).map(({ id }) => id));
  });

  it("that are said to do no harm do none, and are shown by what they saw", () => {
    const harmless = all.filter((each) => each.defect.harmless !== undefined);
    expect(harmless.length).toBeGreaterThan(0);
    for (const { line, says } of harmless) expect([line, says]).toEqual(["core", expect.stringMatching(/^no harm: ./)]);
  });

  it("that the linter stops for what memory has in it do that harm, and none once they are mended as its rule says", () => {
    const planted = defects.find(({ id }) => id === "P2")!.program;
    const mended = planted
      .replace("queue.job({", "queue.job({ writes: [buffer],")
      .replace("other.job({", "other.job({ reads: [buffer],");
    const [unlinted, whole] = stoppedBy([
      defect("P2", "not linted", "here", `/* eslint-disable */\n${planted}`, { passes: "memory has no hooks" }),
      defect("P2", "mended", "here", `${mended}\nreturn { seen };`, { harmless: "they wait for one another" }),
    ]);
    expect(unlinted).toMatchObject({ line: "none", says: "the reader saw 0 where the writer wrote 7" });
    expect(whole).toMatchObject({ line: "core", says: "no harm: seen 7" });
  });

  it("of programs are mostly of a kind that somebody has reported", () => {
    const threads = [...reports.values()].flat().map(({ thread }) => thread);
    for (const thread of threads) expect(thread).toMatch(/^[\w.-]+\/[\w.-]+#\d+$/);
    expect(new Set(threads).size).toBe(threads.length);
    expect([...reports.keys()].filter((id) => !defects.some((each) => each.id === id))).toEqual([]);
    expect(ofPrograms.filter(({ id }) => reports.has(id)).length).toBeGreaterThanOrEqual(20);
  });

  it("are told in docs/defects.md as they are stopped", async () => {
    await expect(await format(pageOf(all), { parser: "markdown", printWidth: 120 })).toMatchFileSnapshot(page);
  });
});
