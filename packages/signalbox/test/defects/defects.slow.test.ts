import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { beforeAll, describe, expect, it } from "vitest";
import type { Line } from "./defect.ts";
import { stoppedBy } from "./lines.ts";
import type { Stopped } from "./lines.ts";
import { ofPrograms } from "./of-programs.ts";
import { ofTheKernel } from "./of-the-kernel.ts";
import { pageOf } from "./page.ts";

const page = fileURLToPath(new URL("../../../../docs/defects.md", import.meta.url));
const defects = [...ofTheKernel, ...ofPrograms];

/** What nothing stops yet: each is a next step. */
const KNOWN: readonly string[] = [];

let all: readonly Stopped[] = [];
beforeAll(() => {
  all = stoppedBy(defects);
}, 120_000);

const idsOf = (line: Line): readonly string[] =>
  all.filter((each) => each.line === line).map(({ defect }) => defect.id);

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

  it("are all stopped, but those that are known", () => {
    expect(idsOf("none")).toEqual(KNOWN);
  });

  it("are told in docs/defects.md as they are stopped", async () => {
    await expect(await format(pageOf(all), { parser: "markdown", printWidth: 120 })).toMatchFileSnapshot(page);
  });
});
