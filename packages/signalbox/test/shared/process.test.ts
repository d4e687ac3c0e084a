/** Whole programs on the built package: what keeps a process alive, and that it ends by itself. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs a program until it ends by itself; rejects if it fails, or has not ended after a minute. */
async function program(name: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(`./threads/${name}`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [path, ...args], { timeout: 60_000 });
  expect(stderr).toBe("");
  return stdout;
}

test.each([
  ["signals", "signalled"],
  ["ends", "ECANCELED"],
])(
  "a process lives while it waits for a fence of a thread that it doesn't hold (which %s), and not longer",
  async (how, printed) => {
    expect(await program("program-awaits.mjs", how)).toBe(printed);
  },
  70_000,
);

test("an idle link, an open fence and a wait that was given up keep no process alive", async () => {
  expect(await program("program-idle.mjs")).toBe("ETIMEDOUT ETIME");
}, 70_000);
