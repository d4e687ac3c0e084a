/** What the program of a defect becomes: a module with everything at hand that the table says it has. */
import type { Defect } from "./defect.ts";

const before = `import * as all from "signalbox";
import { declareLock, declarePool } from "signalbox/lockdep";
import { waitBlocking } from "signalbox/shared";
import { openSim } from "signalbox/sim";
import { collect, turn } from "./helpers.js";
`;

/** The names that programs may use of the package, so that each module imports its own. */
const names =
  "Completion DriverFence Fence Job JobQueue MustBeSignalled Registration Reservation Ring Submission SyncObject Timeline WillBeSignalled WorkItem WorkQueue deliver errno publish realPlatform signallingSection stubFence submission submit withReservations";

const explored = (known: string, types: string): string => `import { ${known} } from "signalbox";
import type { ${types} } from "signalbox";
import { until } from "signalbox/sim";
import type { Scenario } from "signalbox/sim";

export default {
  name: "defect",
  about: "a program that is wrong in one order",
  size: {},
  faults: [],
  build(world) {`;

/** The module's text of a program that is explored: a scenario. */
function scenarioOf(program: string): string {
  const lines = program.split("\n").map((line) => (line === "" ? line : `    ${line}`));
  return [explored("Ring, submit", "Job, JobSpec"), ...lines, "  },", "} satisfies Scenario;", ""].join("\n");
}

/** The module's text; the program begins at the line after `export default`. */
export function moduleOf({ program, scenario }: Defect): string {
  if (scenario === true) return scenarioOf(program);
  const used = names.split(" ").filter((name) => new RegExp(`\\b${name}\\b`).test(program));
  const known = [...new Set([...used, "Timeline"])].join(", ");
  return [
    before.replace("* as all", `{ ${known} }`),
    'const device = openSim({ name: "device" });',
    'const queue = device.queue("work");',
    'const other = device.queue("other");',
    'const timeline = new Timeline("timeline");',
    "export default async function program(): Promise<object | void> {",
    ...program.split("\n").map((line) => (line === "" ? line : `  ${line}`)),
    "}",
    "",
  ].join("\n");
}
