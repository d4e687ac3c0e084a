/**
 * `npm run check`: the gate. Everything that must hold before a change goes in, two stages at a time.
 *
 *     node scripts/check.mjs [--fast] [--skip-tests]
 *
 * --fast        what tells most in a few seconds: build, format, lint, imports, and the Node tests but the slow ones
 * --skip-tests  all but the tests, for when they have just run (.ci/run)
 *
 * Prints a line for each stage with its time, the output of those that fail, and a line of figures at the end.
 */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { root, runTool } from "./tool.mjs";

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[]} run
 * @property {boolean} [fast] part of --fast
 * @property {boolean} [test] left out by --skip-tests
 * @property {boolean} [early] needs nothing that the build writes
 * @property {RegExp} [figure] what of its output is worth a place in the last line
 */

const fast = process.argv.includes("--fast");
const skipTests = process.argv.includes("--skip-tests");

const tests = ["node", "scripts/test.mjs", "--no-build", "--project"];
const testProjects = [
  "packages/signalbox/test",
  "packages/cli/test",
  "packages/eslint-plugin-signalbox/test",
  "examples/darkroom/test",
  "bench/test",
  "torture/test",
  "scripts",
].filter((folder) => existsSync(`${root}${folder}/tsconfig.json`));
// The lint cache knows the files that changed, not the types that changed with them: good enough for --fast only.
const lintCache = fast ? ["--cache", "--cache-location", ".cache/eslint/"] : [];

// All the answers that were recorded, where they lie beside the project; otherwise the samples that it carries.
const recorded = existsSync(`${root}../shared/conformance`);

/** @type {Stage} */
const build = { name: "build", run: ["tsc", "-b"], fast: true };

/** In the order of starting: the long ones first, so that two of them run side by side. @type {Stage[]} */
const stages = [
  { name: "imports", run: ["node", "scripts/check-imports.mjs"], fast: true, early: true },
  { name: "format", run: ["prettier", "--check", "--log-level", "warn", "."], fast: true, early: true },
  {
    name: "tests, Node",
    run: [...tests, "node", "--project", "lint", ...(fast ? ["--exclude", "**/*.slow.test.ts"] : [])],
    fast: true,
    test: true,
    figure: /\d+ passed, \d+ failed.*$/m,
  },
  { name: "lint", run: ["eslint", "--max-warnings", "0", ...lintCache, "."], fast: true },
  { name: "tests, Chromium", run: [...tests, "chromium*"], test: true, figure: /\d+ passed, \d+ failed.*$/m },
  {
    name: recorded ? "conformance" : "conformance, samples only",
    run: ["node", "scripts/conformance.mjs", ...(recorded ? ["../shared/conformance"] : [])],
    figure: /^\d+ sequences, .*$/m,
  },
  {
    // Every promise in every scenario, in orders enough to find again what was found once (test/devices/sim/broken).
    name: "exploration",
    run: ["node", "packages/cli/bin/signalbox.js", "check", "--schedules", "2000", "--out", ".cache/exploration"],
    figure: /^\d+ scenarios \| .*$/m,
  },
  { name: "API report", run: ["node", "scripts/api.mjs"] },
  { name: "types of tests", run: ["tsc", "-b", "--force", ...testProjects] },
  {
    name: "types for users",
    run: ["tsc", "-b", "--force", "scripts/consumer", "scripts/consumer/tsconfig.browser.json"],
  },
  ...["packages/signalbox", "packages/eslint-plugin-signalbox"].flatMap((folder) => [
    { name: `attw, ${basename(folder)}`, run: ["attw", "--pack", folder, "--profile", "esm-only", "--no-emoji"] },
    { name: `publint, ${basename(folder)}`, run: ["publint", folder, "--strict"] },
  ]),
  { name: "knip", run: ["knip"] },
  { name: "README", run: ["node", "scripts/readme.mjs"], figure: /^README: .*$/m },
  { name: "size", run: ["node", "scripts/size.mjs"], figure: /^core, all .*$/m },
];

const chosen = stages.filter((stage) => (!fast || stage.fast === true) && !(skipTests && stage.test === true));
const began = performance.now();
/** @type {string[]} */
const figures = [];
/** @type {string[]} */
const failures = [];

/** @param {number} since */
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** @param {Stage} stage */
async function perform({ name, run, figure }) {
  const start = performance.now();
  const { status, output } = await runTool(run, { quiet: true });
  console.log(`${status === 0 ? "ok    " : "FAILED"}  ${name.padEnd(16)} ${seconds(start).padStart(7)}`);
  const found = figure?.exec(output)?.[0];
  if (found !== undefined) figures.push(`${name}: ${found}`);
  if (status === 0) return true;
  failures.push(name);
  console.log(`\n$ ${run.join(" ")}\n${output.trim()}\n`);
  return false;
}

/** So many at a time over one list. @param {number} lanes @param {Stage[]} list */
async function performAll(lanes, list) {
  const left = [...list];
  const lane = async () => {
    for (let stage = left.shift(); stage !== undefined; stage = left.shift()) await perform(stage);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

if (chosen.some(({ name }) => name === "conformance, samples only")) {
  console.log("there is no ../shared/conformance beside the project: conformance is checked with the samples only");
}
const early = chosen.filter((stage) => stage.early === true);
const late = chosen.filter((stage) => stage.early !== true);
const [built] = await Promise.all([perform(build), performAll(1, early)]);
if (built) await performAll(2, late);
else console.log(`not run, since the build failed: ${late.map((stage) => stage.name).join("; ")}`);

const verdict = failures.length === 0 ? "passed" : `FAILED (${failures.join(", ")})`;
console.log([`gate ${verdict} in ${seconds(began)}`, ...figures].join(" | "));
process.exitCode = failures.length === 0 ? 0 : 1;
