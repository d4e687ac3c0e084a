/**
 * Runs the tools of node_modules for the other scripts, without npx (which takes half a second a time).
 */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The workspace's own folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param {string[]} command a tool's name and its arguments
 * @param {{ quiet?: boolean }} [options] quiet: keep what it prints, to be shown only if it fails
 * @returns {Promise<{ status: number, output: string }>}
 */
export function runTool([name = "", ...args], { quiet = false } = {}) {
  const PATH = `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"] ?? ""}`;
  const child = spawn(name, args, {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    shell: process.platform === "win32",
  });
  return new Promise((resolve) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => (output += String(text)));
    }
    child.on("error", (error) => resolve({ status: 127, output: `${name}: ${error.message}` }));
    child.on("close", (code) => resolve({ status: code ?? 1, output }));
  });
}
