import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disableLockdep, enableLockdep } from "../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../src/signalling/lockdep/lockdep.ts";
import { insideSection, signallingSection } from "../../src/signalling/section.ts";
import { thrownBy } from "../support/notes.ts";
import { reported } from "../support/reports.ts";

describe("a signalling section", () => {
  it("answers what its body answers, and is over then", () => {
    expect(signallingSection(() => [insideSection(), 7])).toEqual([true, 7]);
    expect(insideSection()).toBe(false);
  });

  it("L3: sections nest", () => {
    signallingSection(() => {
      signallingSection(() => {});
      expect(insideSection()).toBe(true);
    });
    expect(insideSection()).toBe(false);
  });

  it("promise 7: is over when its body throws, and lets the error pass", () => {
    const error = thrownBy(() =>
      signallingSection(() => {
        throw new Error("in the middle");
      }),
    );
    expect([error.message, insideSection()]).toEqual(["in the middle", false]);
  });

  it("refuses a body that answers a promise, and so does the compiler", () => {
    // @ts-expect-error -- a section is synchronous
    expect(thrownBy(() => signallingSection(async () => {})).code).toBe("EINVAL");
    // @ts-expect-error -- not even perhaps
    thrownBy(() => signallingSection(() => (insideSection() ? Promise.resolve() : 7)));
    // Whatever it is called, what can be awaited is a promise; this one only the call finds out about.
    expect(thrownBy(() => signallingSection(() => ({ then: (go: () => void) => go() }))).code).toBe("EINVAL");
    expect(reported()).toEqual(["section-await", "section-await", "section-await"]);
    expect(insideSection()).toBe(false);
    const none: null = signallingSection(() => null);
    expect(none).toBe(null);
  });
});

describe("a section under the validator", () => {
  let lockdep: Lockdep;
  beforeEach(() => {
    disableLockdep();
    lockdep = enableLockdep();
  });
  afterEach(disableLockdep);

  it("section-await: a body that answers a promise is reported beside what is thrown", () => {
    // @ts-expect-error -- a section is synchronous
    thrownBy(() => signallingSection(async () => {}));
    expect(lockdep.reports.map(({ rule }) => rule)).toEqual(["section-await"]);
  });

  it("section-balance: what is entered and not left is found in the next turn", async () => {
    lockdep._validator.entered("delivery", null);
    expect(lockdep.reports).toEqual([]);
    await Promise.resolve();
    expect(lockdep.reports.map(({ rule, context }) => [rule, context])).toEqual([["section-balance", "delivery"]]);
  });

  it("section-balance: leaving the outer one first leaves the inner one open", () => {
    lockdep._validator.entered("submission", null);
    lockdep._validator.entered("section", null);
    lockdep._validator.left("submission");
    expect(lockdep.reports.map(({ rule, context }) => [rule, context])).toEqual([["section-balance", "section"]]);
  });

  it("balanced ones are not reported, an exception included", async () => {
    thrownBy(() =>
      signallingSection(() => {
        signallingSection(() => {});
        throw new Error("out");
      }),
    );
    await Promise.resolve();
    expect(lockdep.reports).toEqual([]);
  });
});
