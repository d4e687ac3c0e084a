import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { CoreSite, Exploration, Violation } from "signalbox/sim";
import { coreSites } from "signalbox/sim";
import { variants } from "./variants.ts";
import type { Patch } from "./variants.ts";

const core = fileURLToPath(new URL("../../../..", import.meta.url));
const runner = fileURLToPath(new URL("runner.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "signalbox-variants-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the built core with these patches, each of which must fit exactly once. */
function patched(name: string, patches: readonly Patch[]): string {
  const copy = join(folder, name.replaceAll(" ", "-"));
  const wanted = (path: string): boolean => statSync(path).isDirectory() || path.endsWith(".js");
  cpSync(join(core, "dist"), join(copy, "dist"), { recursive: true, filter: wanted });
  cpSync(join(core, "package.json"), join(copy, "package.json"));
  for (const { file, from, to } of patches) {
    const path = join(copy, "dist", file);
    const parts = readFileSync(path, "utf8").split(from);
    expect(parts, `what "${name}" patches in ${file}`).toHaveLength(2);
    writeFileSync(path, parts.join(to));
  }
  return copy;
}

interface Answer {
  readonly found?: NonNullable<Exploration["found"]>;
  readonly figures: Exploration;
  readonly story: readonly string[];
  readonly again: readonly string[];
  readonly violations: readonly Violation[];
}

function explored(copy: string, scenario: string, schedules: number, sites?: readonly CoreSite[]): Answer {
  const more = sites === undefined ? [] : [sites.join(",")];
  const { stdout, stderr } = spawnSync(process.execPath, [runner, copy, scenario, String(schedules), ...more], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Answer;
}

describe("broken variants of the core", () => {
  it.each(variants)("$name: found in $scenario", { timeout: 120_000 }, (variant) => {
    const { name, patches, scenario, promise, schedules = 20_000 } = variant;
    const copy = patched(name, patches);
    const { found, figures, story, again, violations } = explored(copy, scenario, schedules);
    rmSync(copy, { recursive: true });
    expect(found?.violation).toMatchObject({ promise });
    expect(figures.schedules).toBeLessThan(schedules);
    // Made short, followed to the letter, and told twice in the same words.
    expect(violations.map((each) => each.promise)).toContain(promise);
    expect(story.filter((line) => /^ *\d+\. /.test(line)).length).toBeLessThanOrEqual(15);
    expect(again).toEqual(story);
  });

  it.each(variants.filter(({ site }) => site !== undefined))(
    "$name: not found without the site of the core, $site",
    { timeout: 120_000 },
    ({ name, patches, scenario, promise, schedules = 20_000, site }) => {
      const copy = patched(name, patches);
      expect(
        explored(
          copy,
          scenario,
          schedules,
          coreSites.filter((each) => each !== site),
        ).found,
      ).toBeUndefined();
      const { found } = explored(copy, scenario, schedules, [site!]);
      expect(found?.violation).toMatchObject({ promise });
      expect(found?.short.sites).toContain(site);
      rmSync(copy, { recursive: true });
    },
  );

  it("break each of the twelve promises", () => {
    const broken = new Set(variants.map(({ promise }) => promise));
    expect([...broken].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("nothing is found in the core as it is", { timeout: 120_000 }, () => {
    for (const scenario of new Set(variants.map((variant) => variant.scenario))) {
      const { found, figures } = explored(core, scenario, 100);
      expect(found).toBeUndefined();
      expect(figures.schedules).toBe(100);
    }
  });
});
