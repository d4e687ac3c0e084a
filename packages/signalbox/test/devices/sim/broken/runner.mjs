/**
 * Explores one scenario on the core in a folder, in a process of its own, and prints what it found as a line of JSON.
 *
 *     node runner.mjs FOLDER SCENARIO SCHEDULES [SITES]
 *
 * SITES are those of the core that may be switched on, with commas between them; all if left out.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder = "", name = "", schedules = "0", sites] = process.argv.slice(2);
/** @type {typeof import("signalbox/sim")} */
const sim = await import(pathToFileURL(join(folder, "dist/devices/sim/index.js")).href);
const scenario = sim.scenarios.find((each) => each.name === name);
if (scenario === undefined) throw new Error(`There is no scenario "${name}"`);
const { found, ...figures } = await sim.explore(scenario, {
  schedules: Number(schedules),
  sites: sim.coreSites.filter((site) => sites === undefined || sites.split(",").includes(site)),
});
/** @type {string[]} */
const story = [];
if (found !== undefined) {
  // What is kept of it is a text; it is followed twice.
  const schedule = sim.readSchedule(sim.writeSchedule(found.short));
  const first = await sim.replay(scenario, schedule, (line) => story.push(line));
  /** @type {string[]} */
  const again = [];
  await sim.replay(scenario, schedule, (line) => again.push(line));
  process.stdout.write(JSON.stringify({ found, figures, story, again, violations: first.result.violations }));
} else {
  process.stdout.write(JSON.stringify({ figures }));
}
