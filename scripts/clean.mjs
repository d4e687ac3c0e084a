/**
 * `npm run clean`: removes what was built. Worth it after a source was renamed or deleted: `tsc -b` leaves its old output.
 */
import { rmSync } from "node:fs";
import { root } from "./tool.mjs";

for (const folder of [
  "packages/signalbox/dist",
  "examples/darkroom/dist",
  "bench/dist",
  "torture/dist",
  ".cache",
  "temp",
]) {
  rmSync(`${root}${folder}`, { recursive: true, force: true });
}
