import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Report, step } from "../../../src/signalling/lockdep/report.ts";
import { ruleIds, ruleSentence, ruleUrl } from "../../../src/signalling/lockdep/rules.ts";
import { Site } from "../../../src/signalling/lockdep/site.ts";

/** The package's folder. */
const root = new URL("../../../", import.meta.url);

describe("a report's text", () => {
  const site = ((): Site =>
    (function draw() {
      return Site.here();
    })())();
  const report = new Report({
    rule: "section-lock",
    also: ["lock-order"],
    message: 'taking lock "table" in a signalling section',
    context: "section",
    chains: [
      { title: "in a signalling section", steps: [step('taking lock "table"', site)] },
      { title: "before", steps: [step('lock "table" was taken', site), step("fence t:1 was wanted", null)] },
    ],
  });

  it("begins with the rule and one sentence, shows where, the chains, and ends with the page", () => {
    const lines = String(report).split("\n");
    expect(lines[0]).toBe('error[section-lock]: taking lock "table" in a signalling section');
    expect(lines[1]).toMatch(/^ {2}--> draw \(.*report\.test\.ts:\d+:\d+\)$/);
    expect(lines.filter((line) => /^ {3}\| [^ ].*:$/.test(line))).toEqual([
      "   | in a signalling section:",
      "   | before:",
    ]);
    expect(lines).toContain("   |   2. fence t:1 was wanted");
    expect(lines.at(-1)).toBe(`   = see:  ${new URL("docs/rules/section-lock.md", root).href}`);
    expect(String(report)).toContain("docs/rules/lock-order.md");
  });

  it("shows the program's own frames, and none of the package's", () => {
    for (const frame of site.frames) expect(frame).not.toContain("signalbox/src/");
    expect(site.frames[0]).toContain("draw");
  });
});

describe("the pages of the rules", () => {
  it.each(ruleIds)("%s has one, with its sentence, a wrong and a right program", (rule) => {
    const page = new URL(`docs/rules/${rule}.md`, root);
    expect(existsSync(page)).toBe(true);
    expect(ruleUrl(rule)).toBe(page.href);
    const text = readFileSync(page, "utf8");
    expect(text).toContain(`# ${rule}`);
    expect(text.toLowerCase()).toContain(ruleSentence(rule));
    for (const heading of ["## Wrong", "## Right", "## Why"]) expect(text).toContain(heading);
    expect(text.match(/```ts/g)).toHaveLength(2);
  });

  it("bug: they weren't installed with the package whose reports name them", () => {
    const { files } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { files: readonly string[] };
    expect(files).toContain("docs");
  });

  it("there is no page without a rule", () => {
    const pages = readdirSync(new URL("docs/rules/", root)).filter((name) => name !== "README.md");
    expect(pages.sort()).toEqual(ruleIds.map((rule) => `${rule}.md`).sort());
  });
});
