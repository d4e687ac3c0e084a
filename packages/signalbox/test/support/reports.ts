/** What the validator of the running test has found: for tests of misuse, which mean to cause reports. */
import { lockdepOf } from "../../src/signalling/lockdep/lockdep.ts";
import type { RuleId } from "../../src/signalling/lockdep/rules.ts";

/** The rules that were broken since the test began, or since the last call. They are dealt with then: the test doesn't fail for them. */
export function reported(): readonly RuleId[] {
  return (
    lockdepOf()
      ?.takeReports()
      .map(({ rule }) => rule) ?? []
  );
}
