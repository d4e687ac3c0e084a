/**
 * Runs programs of defects one after the other, each under a validator of its own, and prints what came of each as JSON.
 *
 *     node --expose-gc runner.mjs MODULE...
 */
import { pathToFileURL } from "node:url";
import { disableLockdep, enableLockdep } from "signalbox/lockdep";
import { explore } from "signalbox/sim";

/** What a program may take; a good one takes less than one turn, a bad one may hang. */
const PATIENCE_MS = 400;

/** What a program answers that takes longer. */
const LATE = Symbol("late");

/** How many schedules a scenario is given. */
const SCHEDULES = 2000;

/**
 * Explores a scenario, whose first schedule, the plainest, has to go well.
 *
 * @param {import("signalbox/sim").Scenario} scenario
 */
async function exploreOrders(scenario) {
  const plain = await explore(scenario, { schedules: 1 });
  if (plain.found !== undefined)
    return { ended: "threw", code: "Error", error: `broken in its plainest order: ${plain.found.violation.sentence}` };
  const { found } = await explore(scenario, { schedules: SCHEDULES });
  return { ended: "returned", ...(found === undefined ? {} : { found: found.violation }) };
}

/** @type {string[]} */
const uncaught = [];
process.on("uncaughtException", (error) => void uncaught.push(String(error)));
process.on("unhandledRejection", (error) => void uncaught.push(String(error)));

const outcomes = [];
for (const path of process.argv.slice(2)) {
  const { default: program } = await import(pathToFileURL(path).href);
  if (typeof program !== "function") {
    outcomes.push({ ...(await exploreOrders(program)), reports: [], uncaught: uncaught.splice(0) });
    continue;
  }
  const lockdep = enableLockdep();
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, LATE);
  });
  /** @type {{ ended: string, error?: string, code?: string, saw?: object }} */
  let outcome;
  try {
    const saw = await Promise.race([program(), late]);
    outcome = saw === LATE ? { ended: "hung" } : { ended: "returned", saw };
  } catch (error) {
    outcome = { ended: "threw", error: error.message, code: error.code ?? error.name };
  }
  clearTimeout(timer);
  // What the collector finds, it tells of in turns of their own.
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const reports = lockdep.takeReports().map(({ rule, message }) => ({ rule, message }));
  disableLockdep();
  outcomes.push({ ...outcome, reports, uncaught: uncaught.splice(0) });
}
process.stdout.write(`${JSON.stringify(outcomes)}\n`, () => process.exit(0));
