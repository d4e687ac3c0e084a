/**
 * `npm run conformance -- FILES-OR-FOLDERS...`: builds what the replay needs, and runs it (docs/conformance.md).
 *
 * Without arguments: the samples that the project carries.
 */
import { root, runTool } from "./tool.mjs";

const samples = "packages/signalbox/test/kernel/samples";

const { status: built } = await runTool(["tsc", "-b", "packages/signalbox/test/kernel/tsconfig.build.json"]);
if (built !== 0) process.exit(2);

const given = process.argv.slice(2);
const main = `${root}.cache/conformance/test/kernel/main.js`;
const { status } = await runTool(["node", "--enable-source-maps", main, ...(given.length > 0 ? given : [samples])]);
process.exitCode = status;
