/**
 * Runs programs of defects one after the other, each under a validator of its own, and prints what came of each as JSON.
 *
 *     node --expose-gc runner.mjs MODULE...
 */
import { pathToFileURL } from "node:url";
import { disableLockdep, enableLockdep } from "signalbox/lockdep";

/** What a program may take; a good one takes less than one turn, a bad one may hang. */
const PATIENCE_MS = 400;

/** @type {string[]} */
const uncaught = [];
process.on("uncaughtException", (error) => void uncaught.push(String(error)));
process.on("unhandledRejection", (error) => void uncaught.push(String(error)));

const outcomes = [];
for (const path of process.argv.slice(2)) {
  const { default: program } = await import(pathToFileURL(path).href);
  const lockdep = enableLockdep();
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, "hung");
  });
  /** @type {{ ended: string, error?: string, code?: string }} */
  let outcome;
  try {
    outcome = { ended: (await Promise.race([program(), late])) === "hung" ? "hung" : "returned" };
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
