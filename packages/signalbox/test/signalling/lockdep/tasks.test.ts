/** What is held by whom, in programs that don't make it easy; and what is left of that when it is over. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Timeline } from "../../../src/fence/timeline.ts";
import { browserContextStore } from "../../../src/platform/async-context.browser.ts";
import { nodeContextStore } from "../../../src/platform/async-context.node.ts";
import { realPlatform } from "../../../src/platform/real.ts";
import { declareLock, declarePool, declareWorker } from "../../../src/signalling/lockdep/declared.ts";
import type { LockClass } from "../../../src/signalling/lockdep/declared.ts";
import { disableLockdep, enableLockdep, useContextStore } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import { publish } from "../../../src/signalling/obligation.ts";
import { signallingSection } from "../../../src/signalling/section.ts";
import { expectNoReports } from "../../../src/testing/no-reports.ts";
import { WorkItem, WorkQueue } from "../../../src/work/work-queue.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

let lockdep: Lockdep;
const begin = (...options: Parameters<typeof enableLockdep>): void => {
  disableLockdep();
  lockdep = enableLockdep(...options);
};
beforeEach(() => {
  useContextStore(nodeContextStore);
  begin();
});
afterEach(() => {
  disableLockdep();
  useContextStore(browserContextStore);
});

const rules = (): readonly string[] => lockdep.takeReports().map(({ rule }) => rule);
const wait = (): void => lockdep._validator.waits(new Timeline("t").fence().fence);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function take(lock: LockClass): void {
  lock.wanted();
  lock.taken();
}

/** Has a lock for some turns, from the turn `at` on. */
async function having(lock: LockClass, at: number, turns: number): Promise<void> {
  for (let i = 0; i < at; i++) await turn();
  lock.wanted();
  await Promise.resolve();
  lock.taken();
  for (let i = 0; i < turns; i++) await turn();
  lock.released();
}

describe("side by side", () => {
  /** Two that overlap, once the one first and once the other: nothing is wrong with that. */
  async function overlap(start: (body: () => void) => void): Promise<void> {
    const [a, b] = [declareLock("a"), declareLock("b")];
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      const done: Promise<void>[] = [];
      start(() => done.push(having(first, 0, 6), having(second, 2, 6)));
      await turn();
      await Promise.all(done);
    }
    expect(rules()).toEqual([]);
  }

  it("bug: what one work item started is many things, not one", async () => {
    const queue = new WorkQueue(realPlatform);
    await overlap((body) => void new WorkItem(queue, () => (body(), false)).schedule());
  });

  it("bug: so is what one run of a worker started, and one refilling of a pool", async () => {
    const [worker, pool] = [declareWorker("executor"), declarePool("buffers")];
    await overlap((body) => worker.run(body));
    await overlap((body) => pool.refilling(body));
  });
});

it("bug: locks taken hand over hand leave no row of tasks behind", async () => {
  const locks = ["a", "b", "c"].map((name) => declareLock(name));
  let before: LockClass | undefined;
  for (let i = 0; i < 300; i++) {
    const lock = locks[i % 3]!;
    lock.wanted();
    await Promise.resolve();
    lock.taken();
    await Promise.resolve();
    before?.released();
    before = lock;
  }
  await Promise.resolve();
  let depth = 0;
  for (let each = lockdep._validator.tasks.newest.around; each !== null; each = each.around) depth++;
  expect(depth).toBeLessThan(4);
  expect(rules()).toEqual(["lock-order"]);
});

describe("spin locks", () => {
  it("bug: one is held by the code that goes on, whoever that is", () => {
    const [spin, other] = [declareLock("ring", { spin: true }), declareLock("other", { spin: true })];
    take(spin);
    wait();
    expect(rules()).toEqual(["section-wait"]);
    take(other);
    spin.released();
    other.released();
    wait();
    take(other);
    take(spin);
    expect(rules()).toEqual(["lock-order"]);
  });

  it("one that was left behind is not held by others, in later turns", async () => {
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        take(declareLock("left behind", { spin: true }));
        resolve();
      }, 0);
    });
    wait();
    expect(rules()).toEqual([]);
  });
});

describe("the switch", () => {
  it("bug: turned off in the middle of a work item, it tells of nothing any more", async () => {
    const before = lockdep;
    new WorkItem(new WorkQueue(realPlatform), () => (disableLockdep(), false)).schedule();
    await turn();
    expect(before.reports).toEqual([]);
  });

  it("bug: what was taken when it was on before is not taken for what is held now", () => {
    const [lock, other] = [declareLock("lock"), declareLock("other")];
    lockdep.task(() => take(lock));
    begin();
    lockdep.task(() => {
      take(lock);
      lockdep.task(() => lock.released()); // The oldest, which is the one in this validator.
      take(other);
    });
    lockdep.task(() => {
      take(other);
      take(lock);
    });
    expect(rules()).toEqual([]);
  });
});

describe("listeners", () => {
  const breach = (): void => signallingSection(() => lockdep._validator.submits(null));

  it("bug: one that was taken back is not called any more, though there was a report", async () => {
    let heard = 0;
    const stop = lockdep.onReport(() => {
      heard++;
    });
    breach();
    stop();
    await turn();
    expect([heard, rules()]).toEqual([0, ["section-submit"]]);
  });

  it("bug: one holds nothing of what was going on where the report was made", async () => {
    const [table, log] = [declareLock("table"), declareLock("log")];
    lockdep.onReport(() => {
      void having(log, 0, 1);
    });
    table.wanted();
    await Promise.resolve();
    table.taken();
    await Promise.resolve();
    breach();
    await turn();
    table.released();
    await turn();
    lockdep.task(() => {
      take(log);
      take(table);
    });
    expect(rules()).toEqual(["section-submit"]);
  });

  it("bug: reports that were not kept are reports all the same", () => {
    begin({ maxReports: 0 });
    breach();
    expect(expectNoReports).toThrow("and 1 more");
    disableLockdep();
    expect(() => enableLockdep({ maxReports: NaN })).toThrow(RangeError);
  });
});

it("bug: of two orders that one step gets wrong, the second is told of as well", () => {
  const [a, b] = [declareLock("a"), declareLock("b")];
  lockdep.task(() => {
    take(b);
    take(a);
    a.released();
    wait();
    b.released();
  });
  expect(rules()).toEqual([]);
  lockdep.task(() => {
    take(a);
    signallingSection(() => take(b));
  });
  expect(lockdep.reports.map(({ rule, also }) => [rule, ...also])).toEqual([
    ["section-lock", "lock-order"],
    ["lock-order"],
  ]);
  expect(lockdep.reports[1]?.message).toContain('lock "a" is held');
});

it("bug: a program's own formatter of stacks may answer what it likes, or throw", () => {
  const { prepareStackTrace } = Error;
  const formatters = [
    () => [],
    () => {
      throw new Error("no stack today");
    },
  ];
  try {
    for (const formatter of formatters) {
      begin();
      Error.prepareStackTrace = formatter;
      signallingSection(() => lockdep._validator.submits(null));
      Error.prepareStackTrace = prepareStackTrace;
      expect(lockdep.reports.map(({ rule, chains }) => [rule, chains[0]?.steps[0]?.stack])).toEqual([
        ["section-submit", []],
      ]);
    }
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
});

describe("what is remembered", () => {
  it("bug: nothing is, of queues that are gone", async () => {
    const lock = declareLock("l", { spin: true });
    for (let i = 0; i < 200; i++) {
      const queue = new WorkQueue(realPlatform);
      publish(new Timeline("t").privateFence(), (must) =>
        must.transferTo(queue, (there) => {
          take(lock);
          lock.released();
          return there.signal();
        }),
      );
      await turn();
    }
    expect(rules()).toEqual([]);
    for (let i = 0; i < 30 && lockdep._validator._pairs > 20; i++) {
      gc();
      await turn();
    }
    expect(lockdep._validator._pairs).toBeLessThan(20);
  });

  it("bug: little is, of locks that were wanted in vain", () => {
    const lock = declareLock("l");
    for (let i = 0; i < 20_000; i++) lock.wanted();
    expect(lock._holds).toBeLessThan(3_000);
    const last = lock.wanted();
    last.taken();
    for (let i = 0; i < 5_000; i++) lock.wanted();
    const before = lock._holds;
    last.released();
    expect(lock._holds).toBe(before - 1);
  });
});
