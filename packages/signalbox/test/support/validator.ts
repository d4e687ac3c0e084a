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
import "./validator-of-each-test.ts";

useContextStore(nodeContextStore);

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
