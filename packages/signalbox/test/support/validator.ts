/**
 * The validator, on in every test in Node: in the test itself, and in the threads and processes that it starts, which inherit the
 * environment. A test fails for what any of them reports.
 *
 * A test of a misuse takes the reports that it causes: `reported()`. To a process that is to misuse something, it gives a
 * SIGNALBOX_LOCKDEP and a SIGNALBOX_LOCKDEP_LOG of its own.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach } from "vitest";
import { nodeContextStore } from "../../src/platform/async-context.node.ts";
import { useContextStore } from "../../src/signalling/lockdep/lockdep.ts";
import { realPlatform } from "../../src/platform/real.ts";
import { coreTime } from "./core-time.ts";
import { setUpValidators } from "./validator-of-each-test.ts";

useContextStore(nodeContextStore);

/**
 * How long a registration may have the core, in ms. Threads and processes that a test starts have no limit (SIGNALBOX_LOCKDEP=fail): they
 * have the clock on the wall alone.
 */
const BUDGET = 50;
if (coreTime !== undefined)
  setUpValidators({ registrationBudget: BUDGET, platform: { ...realPlatform, now: coreTime } });

// Here comes together what threads and processes report, and what the built package reports before the first test.
const temporary = fileURLToPath(new URL("../../../../temp/", import.meta.url));
mkdirSync(temporary, { recursive: true });
const log = `${temporary}lockdep-${process.pid}-${Date.now()}.txt`;
process.env["SIGNALBOX_LOCKDEP_LOG"] = log;

afterEach(expectNothingLogged);
afterAll(expectNothingLogged);

function expectNothingLogged(): void {
  if (!existsSync(log)) return;
  const text = readFileSync(log, "utf8");
  rmSync(log);
  throw new Error(`The validator reports, in a thread or a process of the test:\n\n${text}`);
}
