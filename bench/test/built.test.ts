/**
 * The benchmark as it is run: the built program, in a process of its own. Says nothing about times.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "signalbox-bench-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  // Without the validator, unlike the cases in the other tests: a million fences in chains take it a quarter of a minute.
  const env = { ...process.env, SIGNALBOX_LOCKDEP: "" };
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
}

describe.skipIf(!existsSync(main))("node bench/dist/main.js", () => {
  test("runs a case, prints where the figures come from, and writes them", () => {
    const json = join(folder, "result.json");
    const { status, stdout } = bench("--quick", "--json", json, "proofs/chain");
    expect(stdout).toContain(`Node ${process.versions.node}`);
    expect(stdout).toContain("commit ");
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^bench ok in .* \| proofs\/chain: .* frames deep$/);
    expect(status).toBe(0);
    const written = JSON.parse(readFileSync(json, "utf8"));
    expect(written).toMatchObject({
      ok: true,
      settings: { quick: true },
      cases: [{ kind: "proof", name: "proofs/chain", wrong: [] }],
    });
    expect(written.machine.node).toBe(process.versions.node);
    expect(written.cases[0].figures.fences).toBe(100_000);
  });

  test("an unknown case is a mistake: exit code 2, and the cases that there are", () => {
    const { status, stdout, stderr } = bench("speed");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain('"speed"');
    expect(stderr).toContain("lifecycle/steady");
  });

  test("an unknown flag, and a file that can't be written, are mistakes too, before anything runs", () => {
    expect(bench("--fast").status).toBe(2);
    const { status, stderr } = bench("--json", join(folder, "nowhere", "x.json"));
    expect(status).toBe(2);
    expect(stderr).toContain("nowhere");
  });

  test("--help prints the usage", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("--json FILE");
  });
});
