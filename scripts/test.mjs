/**
 * `npm test`: builds, then runs the tests; what follows `--` goes to vitest (`npm test -- fence`).
 *
 *     node scripts/test.mjs [--no-build] [vitest's arguments]
 *
 * The last line is always `N passed, N failed`.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { root, runTool } from "./tool.mjs";

/** Where the browser tests find a browser: vitest.config.ts looks at the same place. Nothing downloads one. */
const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const args = process.argv.slice(2).filter((arg) => arg !== "--no-build");
if (!process.argv.includes("--no-build")) {
  const { status } = await runTool(["tsc", "-b"]);
  if (status !== 0) process.exit(status);
}

const wanted = args.flatMap((arg, i) => (arg === "--project" ? [args[i + 1]] : []));
const browserWanted = wanted.length === 0 || wanted.some((project) => project?.startsWith("chromium"));
const left = existsSync(chromium) || !browserWanted ? "" : `, browser tests SKIPPED: there is no ${chromium}`;
const projects = left === "" ? [] : ["--project=!chromium*"];

// Each run has a report of its own: the gate runs two at a time.
const report = `${root}temp/tests-${String(process.pid)}.json`;
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const onlySkipped = left !== "" && wanted.length === 1;
const { status } = onlySkipped ? { status: 0 } : await runTool(["vitest", "run", ...reporters, ...projects, ...args]);

/** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number }} */
let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
if (existsSync(report)) counts = /** @type {typeof counts} */ (JSON.parse(readFileSync(report, "utf8")));
rmSync(report, { force: true });

// A file that cannot be loaded, or an error between tests, fails the run and no test: it counts as one.
const failed = Math.max(counts.numFailedTests, status === 0 ? 0 : 1);
const skipped = counts.numPendingTests > 0 ? `, ${String(counts.numPendingTests)} skipped` : "";
console.log(`${String(counts.numPassedTests)} passed, ${String(failed)} failed${skipped}${left}`);
process.exitCode = status;
