/**
 * What `import ... from "signalbox"` costs a program: bundled by esbuild, minified and compressed, held to .size-limit.json.
 */
import { runTool } from "./tool.mjs";

const { status, output } = await runTool(["size-limit", "--json"], { quiet: true });
const json = output.slice(output.indexOf("["));

/** @type {{ name: string, size: number, sizeLimit?: number, passed?: boolean }[]} */
let results = [];
try {
  results = /** @type {typeof results} */ (JSON.parse(json));
} catch {
  console.error(output);
}
/** @param {number | undefined} bytes */
const kB = (bytes = 0) => `${(bytes / 1000).toFixed(2)} kB`;
for (const { name, size, sizeLimit, passed } of results) {
  console.log(`${name} ${kB(size)} of ${kB(sizeLimit)}${passed === false ? ": TOO LARGE" : ""}`);
}
process.exitCode = status;
