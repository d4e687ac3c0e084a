/** The validator in a program of its own: turned on from outside, by an environment variable and an import. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

// Inside the workspace, so that the package is found by its name.
const here = fileURLToPath(new URL("../../../../../temp/", import.meta.url));
mkdirSync(here, { recursive: true });
const folder = mkdtempSync(join(here, "lockdep-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = `
import { Timeline, deliver } from "signalbox";
const { fence } = new Timeline("upload").fence();
deliver(() => void fence.wait({ timeout: 1 }).catch(() => console.log("done")));
`;

function run(on: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const path = join(folder, "program.mjs");
  writeFileSync(path, program);
  const env = { ...process.env, SIGNALBOX_LOCKDEP: on, NODE_OPTIONS: "" };
  return spawnSync(process.execPath, ["--import", "signalbox/lockdep", path], { cwd: here, env, encoding: "utf8" });
}

it("SIGNALBOX_LOCKDEP=1 node --import signalbox/lockdep: reports are warnings, and the program goes on", () => {
  const { status, stdout, stderr } = run("1");
  expect([status, stdout]).toEqual([0, "done\n"]);
  expect(stderr).toContain(
    "[section-wait] SignalboxLockdep: error[section-wait]: waiting for fence upload:1 in a delivery",
  );
  expect(stderr).toMatch(/--> .*program\.mjs:4:\d+/);
});

it("without the variable nothing listens", () => {
  const { status, stdout, stderr } = run("");
  expect([status, stdout, stderr]).toEqual([0, "done\n", ""]);
});
