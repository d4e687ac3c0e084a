import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deliver, leaveDelivery } from "../../src/fence/delivery.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submission } from "../../src/queue/submission.ts";
import { disableLockdep, enableLockdep } from "../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../src/signalling/lockdep/lockdep.ts";
import { publish } from "../../src/signalling/obligation.ts";
import { insideSection, leaveSection, signallingSection } from "../../src/signalling/section.ts";
import { bench } from "../support/bench.ts";
import { thrownBy } from "../support/notes.ts";
import { reported } from "../support/reports.ts";

/** How many times `endless` has begun. */
let begun = 0;

/** Runs it as a script with a time limit, which ends it when it has come to `endless`; on a busy machine that takes its time. */
function cutShort(body: () => void): void {
  const before = begun;
  for (let timeout = 20; begun === before; timeout *= 2) {
    expect(() => {
      runInNewContext("body()", { body }, { timeout });
    }).toThrow("timed out");
  }
}

function endless(): void {
  begun++;
  for (;;);
}

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

  it("section-balance: bug: the report said nowhere where it was entered, and told of one place again and again", async () => {
    for (let times = 0; times < 2; times++) {
      cutShort(() => signallingSection(endless));
      await Promise.resolve();
      expect(insideSection()).toBe(true);
      leaveSection();
    }
    const [report, ...more] = lockdep.takeReports();
    expect(more).toEqual([]);
    expect(report?.chains.map(({ title, steps }) => [title, steps.map(({ what }) => what)])).toEqual([
      ["before", ["a signalling section was entered"]],
    ]);
    expect(report?.chains[0]?.steps[0]?.stack.join()).toContain("section.test.ts");
    // Those of two places are told of, each.
    cutShort(() => {
      deliver(() => {
        signallingSection(endless);
      });
    });
    await Promise.resolve();
    leaveSection();
    leaveDelivery();
    expect(lockdep.reports.map(({ rule, context }) => [rule, context])).toEqual([
      ["section-balance", "delivery"],
      ["section-balance", "section"],
    ]);
  });

  it("section-balance: an obligation that is handed on ends its section, whatever was entered in that", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const thrown = thrownBy(() =>
      publish(new Timeline("t").privateFence(), (must) => {
        let proof: ReturnType<typeof must.signal> | undefined;
        deliver(() => {
          proof = must.transferTo(queue, queue.job({}));
        });
        return proof!;
      }),
    );
    expect(thrown.code).toBe("EDEADLK");
    const [report, ...more] = lockdep.reports;
    expect([report?.rule, report?.context, more]).toEqual(["section-balance", "delivery", []]);
    expect(report?.chains.map(({ title, steps }) => [title, steps[0]?.what])).toEqual([
      ["now", "leaving a signalling section around it"],
      ["before", "a delivery was entered"],
    ]);
    for (const { steps } of report!.chains) expect(steps[0]?.stack[0]).toContain("section.test.ts");
  });

  it("promise 7: one that could not be entered, since the stack ended there, isn't open", () => {
    const entered = vi.spyOn(lockdep._validator, "entered").mockImplementation(() => {
      throw new RangeError("Maximum call stack size exceeded");
    });
    expect(thrownBy(() => signallingSection(() => {}))).toBeInstanceOf(RangeError);
    expect(insideSection()).toBe(false);
    expect(thrownBy(() => submission(() => {}))).toBeInstanceOf(RangeError);
    entered.mockRestore();
    submission(() => {});
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
