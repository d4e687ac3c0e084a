/** Starts waits.mjs as a process, with the environment that it has itself. Prints its exit code. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./waits.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [program], { stdio: ["ignore", "ignore", "inherit"] });
process.stdout.write(`${status}\n`);
