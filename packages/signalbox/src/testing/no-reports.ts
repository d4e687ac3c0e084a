/** Tests under the validator: what it found fails the test. */
import { lockdepOf } from "../signalling/lockdep/lockdep.ts";
import { check } from "./check.ts";

/**
 * Throws an Error with every report of the validator since it was turned on, or since the last call; and forgets them, so that each is one
 * test's. Throws as well when the validator is off, since nothing was looked at then.
 *
 * A test of a misuse takes the reports that it means to cause, with `lockdep.takeReports()`.
 *
 * @example
 * ```ts
 * beforeAll(() => enableLockdep());
 * afterEach(() => expectNoReports());
 * ```
 */
export function expectNoReports(): void {
  const lockdep = lockdepOf();
  check(lockdep !== null, "The validator is off: enableLockdep() of signalbox/lockdep turns it on");
  const { dropped } = lockdep;
  const reports = lockdep.takeReports();
  const more = dropped === 0 ? "" : `\n\nand ${dropped} more`;
  check(
    reports.length === 0 && dropped === 0,
    `The validator has something to report:\n\n${reports.join("\n\n")}${more}`,
  );
}
