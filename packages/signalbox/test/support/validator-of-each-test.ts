/**
 * Gives each test validators of its own, in the sources that it imports and in the built package that it may import beside them, and
 * fails it for what they report.
 */
import { afterEach, beforeEach } from "vitest";
import * as built from "signalbox/lockdep";
import { disableLockdep, enableLockdep } from "../../src/signalling/lockdep/lockdep.ts";
import type { Report } from "../../src/signalling/lockdep/report.ts";

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
