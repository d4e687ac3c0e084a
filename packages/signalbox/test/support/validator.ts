/**
 * The validator, on in every test of this repository: in the sources that a test imports, and in the built package that it may
 * import beside them. Each test has one of its own, and fails if that has anything to report.
 *
 * A test of a misuse takes the reports that it causes: `reported()`.
 */
import { afterEach, beforeEach } from "vitest";
import * as built from "signalbox/lockdep";
import { nodeContextStore } from "../../src/platform/async-context.node.ts";
import { disableLockdep, enableLockdep, useContextStore } from "../../src/signalling/lockdep/lockdep.ts";
import type { Report } from "../../src/signalling/lockdep/report.ts";

useContextStore(nodeContextStore);

/** Tests may stop for long: how long a registration takes says nothing here. */
const options = { registrationBudget: Infinity };

let validators: readonly { takeReports(): readonly (Report | built.Report)[] }[] = [];

beforeEach(() => {
  disableLockdep();
  built.disableLockdep();
  validators = [enableLockdep(options), built.enableLockdep(options)];
});

afterEach(() => {
  const reports = validators.flatMap((validator) => validator.takeReports());
  if (reports.length > 0) throw new Error(`The validator reports:\n\n${reports.join("\n\n")}`);
});
