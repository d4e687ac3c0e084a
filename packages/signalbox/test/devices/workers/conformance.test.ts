/** Worker threads pass the suite that every device must pass. */
import { describe, test } from "vitest";
import { deviceConformance } from "signalbox/testing";
import type { ConformanceTarget } from "signalbox/testing";
import { openWorkers } from "signalbox/workers";
import type { WorkerJob } from "signalbox/workers";
import { basic } from "./support.ts";

const target = (lanes: number, spin: number): ConformanceTarget<WorkerJob> => ({
  name: `workers with ${lanes} lanes${spin === 0 ? "" : ", which spin"}`,
  open: () => openWorkers({ lanes, spin }),
  works: (_, base) => ({ ...base, module: basic, export: "add", args: [1, 2] }),
  fails: (_, base) => ({ ...base, module: new URL("./jobs/throws.mjs", import.meta.url), export: "own" }),
  slow: (_, base) => ({ ...base, module: basic, export: "later", args: [0, 50] }),
  hangs: (_, base) => ({ ...base, module: basic, export: "spinForEver" }),
  invalid: { module: "./relative.js" },
});

for (const one of [target(1, 0), target(3, 0), target(3, 1)]) {
  describe(one.name, () => {
    for (const check of deviceConformance(one)) test(check.name, () => check.run());
  });
}
