/**
 * Gives each test validators of its own, in the sources that it imports and in the built package that it may import beside them, and
 * fails it for what they report.
 */
import { afterEach, beforeEach } from "vitest";
import * as built from "signalbox/lockdep";
import { disableLockdep, enableLockdep } from "../../src/signalling/lockdep/lockdep.ts";
import type { LockdepOptions } from "../../src/signalling/lockdep/lockdep.ts";
import type { Report } from "../../src/signalling/lockdep/report.ts";

let options: LockdepOptions = { registrationBudget: Infinity };
let validators: readonly { takeReports(): readonly (Report | built.Report)[] }[] = [];

/**
 * How validators are made from the next test on. Without a limit for registrations until somebody has a clock that stands still while
 * others have the core: how busy a machine is must not fail a test, and a browser tells no time but that on the wall.
 */
export function setUpValidators(chosen: LockdepOptions): void {
  options = chosen;
}

beforeEach(() => {
  disableLockdep();
  built.disableLockdep();
  validators = [enableLockdep(options), built.enableLockdep(options)];
});

afterEach(() => {
  const reports = validators.flatMap((validator) => validator.takeReports());
  if (reports.length > 0) throw new Error(`The validator reports:\n\n${reports.join("\n\n")}`);
});
