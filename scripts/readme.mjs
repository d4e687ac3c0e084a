/**
 * The README's own test: does what it tells a newcomer to do, in a copy of the tree, and fails where that doesn't work.
 *
 *     node scripts/readme.mjs
 *
 * - Every line of its `sh` blocks is run, in order, in the copy; each must end with exit code 0. `npm test` is left to the
 *   gate, which runs it anyway.
 * - Every `ts` block is a program: it is compiled against the built package, strictly, and run.
 *
 * The copy holds what git would commit, and nothing that is only installed or built here.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./tool.mjs";

/** Stages of the gate's own: not run here once more. */
const OWN_STAGES = new Set(["npm test"]);

const COMMAND_TIMEOUT = 10 * 60_000;

/** The contents of the README's code blocks in one language. @param {string} text @param {string} language */
function blocks(text, language) {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body = ""]) => body);
}

/**
 * @param {string} command
 * @param {string} cwd
 * @returns {Promise<{ status: number, output: string }>}
 */
function shell(command, cwd) {
  // What a newcomer is shown must have nothing to report: under the validator, a report is an exit code.
  const env = { ...process.env, SIGNALBOX_LOCKDEP: "fail" };
  const child = spawn(command, { cwd, env, shell: true, stdio: ["ignore", "pipe", "pipe"], timeout: COMMAND_TIMEOUT });
  return new Promise((resolve) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += String(text)));
    child.on("close", (code) => resolve({ status: code ?? 1, output }));
  });
}

/** A copy of what would be committed. @param {string} folder */
async function copyTree(folder) {
  const { output } = await shell("git ls-files --cached --others --exclude-standard -z", root);
  for (const file of output.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { force: true });
  }
}

/** @param {string} what @param {string} folder @param {string} command */
async function expectSuccess(what, folder, command) {
  const began = performance.now();
  const { status, output } = await shell(command, folder);
  console.log(`${status === 0 ? "ok    " : "FAILED"}  ${what}  (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  if (status === 0) return true;
  console.log(output.trim());
  return false;
}

const text = readFileSync(join(root, "README.md"), "utf8");
const written = blocks(text, "sh").flatMap((block) => block.trim().split("\n"));
const commands = written.filter((command) => !OWN_STAGES.has(command));
const programs = blocks(text, "ts");
const folder = mkdtempSync(join(tmpdir(), "signalbox-readme-"));
let passed = 0;
try {
  await copyTree(folder);
  for (const command of commands) if (await expectSuccess(command, folder, command)) passed++;
  // A program of its own in the workspace, as a newcomer would put one there; the compiler is the workspace's.
  const options =
    "--ignoreConfig --strict --target es2022 --module nodenext --types node,@webgpu/types --lib es2022,esnext.disposable,dom --skipLibCheck";
  for (const [index, program] of programs.entries()) {
    const name = `readme-${String(index + 1)}`;
    writeFileSync(join(folder, `${name}.mts`), program);
    if (
      await expectSuccess(`program ${String(index + 1)}`, folder, `npx tsc ${options} ${name}.mts && node ${name}.mjs`)
    )
      passed++;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const failed = commands.length + programs.length - passed;
console.log(`README: ${String(passed)} passed, ${String(failed)} failed`);
if (commands.length === 0 || programs.length === 0)
  throw new Error("The README has no commands or no programs: what was tested?");
process.exitCode = failed === 0 ? 0 : 1;
