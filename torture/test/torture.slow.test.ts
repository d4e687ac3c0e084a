/** The torture as it is run: the built program, in a process of its own, for a moment; with the validator on. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

function torture(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
}

test("real devices under random load, for a round of each, are clean", { timeout: 180_000 }, () => {
  const { status, stdout, stderr } = torture("--only", "threads,gpu,isolated", "--minutes", "0.05", "--seed", "1");
  const skipped = /^SKIPPED.*$/m.exec(stdout)?.[0];
  if (skipped !== undefined) process.stderr.write(`${skipped}\n`);
  expect({ status, stderr, wrong: status === 0 ? "" : stdout }).toEqual({ status: 0, stderr: "", wrong: "" });
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
    /^torture clean in \d+ s, seed 1 \| \d+ rounds: [\d,]+ submitted = [\d,]+ done \+ [\d,]+ failed \+ [\d,]+ cancelled; .* left: 0 worker threads/,
  );
});

test("the soak and the resets are clean", { timeout: 120_000 }, () => {
  const { status, stdout } = torture("--jobs", "5000", "--seed", "2");
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
    /^torture clean in .* seed 2 \| sim: 5,000 submitted = .* \| sim: 500 resets in a row over .*, none lost$/,
  );
  expect(status).toBe(0);
});

test("a mistake in the command line is told of, with the usage, and help is no mistake", () => {
  expect(torture("--only", "disks")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/--minutes N/),
  });
  expect(torture("--help")).toMatchObject({ status: 0, stdout: expect.stringMatching(/--minutes N/) });
});
