import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Timeline } from "../../../src/fence/timeline.ts";
import { nodeContextStore } from "../../../src/platform/async-context.node.ts";
import { browserContextStore } from "../../../src/platform/async-context.browser.ts";
import { declareLock, declarePool, declareWorker } from "../../../src/signalling/lockdep/declared.ts";
import type { LockClass } from "../../../src/signalling/lockdep/declared.ts";
import { disableLockdep, enableLockdep, useContextStore } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import { signallingSection } from "../../../src/signalling/section.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import { tryLockAll, withReservations } from "../../../src/sync/reservation/with-reservations.ts";

let lockdep: Lockdep;
const begin = (): void => {
  disableLockdep();
  lockdep = enableLockdep();
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

/** Takes locks one inside the other, and then calls the body. */
function nested(locks: readonly LockClass[], body: () => void = () => {}): void {
  for (const lock of locks) {
    lock.wanted();
    lock.taken();
  }
  body();
  for (const lock of [...locks].reverse()) lock.released();
}

/** An async mutex, declared. */
class Mutex {
  readonly #class: LockClass;
  #tail: Promise<void> = Promise.resolve();
  constructor(name: string) {
    this.#class = declareLock(name);
  }

  async run(body: () => Promise<void> | void): Promise<void> {
    const before = this.#tail;
    let release = (): void => {};
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    this.#class.wanted();
    await before;
    this.#class.taken();
    try {
      await body();
    } finally {
      this.#class.released();
      release();
    }
  }
}

describe("the order of locks", () => {
  it("lock-order: two orders are told of the first time that both were seen, although nothing hung", () => {
    const [a, b] = [declareLock("a"), declareLock("b")];
    lockdep.task(() => nested([a, b]));
    expect(lockdep.reports).toEqual([]);
    lockdep.task(() => nested([b, a]));
    const [report] = lockdep.reports;
    expect(report?.rule).toBe("lock-order");
    expect(report?.message).toContain('lock "a"');
    expect(report?.chains.map(({ title }) => title)).toEqual(["now", "before"]);
    const steps = report?.chains.flatMap((chain) => chain.steps.map(({ what }) => what));
    expect(steps).toEqual(['lock "b" was taken', 'taking lock "a"', 'lock "a" was taken', 'lock "b" was wanted']);
    for (const chain of report?.chains ?? []) for (const { stack } of chain.steps) expect(stack[0]).toContain("nested");
  });

  it("is told once per pair", () => {
    const [a, b, c] = [declareLock("a"), declareLock("b"), declareLock("c")];
    for (let i = 0; i < 3; i++) {
      lockdep.task(() => nested([a, b, c]));
      lockdep.task(() => nested([b, a]));
    }
    expect(rules()).toEqual(["lock-order"]);
    lockdep.task(() => nested([c, a]));
    expect(rules()).toEqual(["lock-order"]);
  });

  it("goes over any number of locks, and names those on the way", () => {
    const locks = Array.from({ length: 8 }, (_, i) => declareLock(`l${i}`));
    for (let i = 0; i < 7; i++) lockdep.task(() => nested(locks.slice(i, i + 2)));
    lockdep.task(() => nested([locks[7]!, locks[0]!]));
    expect(lockdep.reports[0]?.chains[1]?.steps).toHaveLength(14);
  });

  it("lock-recursion: the same class again", () => {
    const a = declareLock("a");
    lockdep.task(() => nested([a, a]));
    expect(rules()).toEqual(["lock-recursion"]);
  });

  it("what is known beforehand needs not be seen", () => {
    const [inner, outer] = [declareLock("inner"), declareLock("outer", { before: ["fences"] })];
    lockdep.task(() => nested([inner], wait));
    const known = declareLock("known", { before: [inner] });
    lockdep.task(() => nested([inner, known]));
    expect(rules()).toEqual(["lock-order"]);
    lockdep.task(() => nested([outer], wait));
    expect(rules()).toEqual([]);
  });

  it("nothing is remembered from one time that the validator is on to the next", () => {
    const [a, b] = [declareLock("a"), declareLock("b")];
    lockdep.task(() => nested([a, b]));
    disableLockdep();
    begin();
    lockdep.task(() => nested([b, a]));
    expect(rules()).toEqual([]);
  });
});

describe("locks and fences", () => {
  it("a lock that is held over a wait and taken in a section: told with both chains", () => {
    const table = declareLock("table");
    lockdep.task(() => nested([table], wait));
    lockdep.task(() => signallingSection(() => nested([table])));
    const [report] = lockdep.reports;
    expect([report?.rule, report?.also, report?.context]).toEqual(["section-lock", ["lock-order"], "section"]);
    expect(report?.chains[1]?.steps.map(({ what }) => what)).toEqual([
      'lock "table" was taken',
      "fence t:1 was wanted",
    ]);
  });

  it("section-wait, section-pool, section-block, section-submit: each in a section, and nowhere else", () => {
    const pool = declarePool("buffers", { refilledByFences: true });
    const each = {
      "section-wait": wait,
      "section-pool": () => pool.taking(),
      "section-block": () => lockdep._validator.blocks("on a cell"),
      "section-submit": () => lockdep._validator.submits(null),
    };
    for (const [rule, body] of Object.entries(each)) {
      lockdep.task(body);
      expect(rules()).toEqual([]);
      lockdep.task(() => signallingSection(body));
      expect(rules()).toEqual([rule]);
    }
    signallingSection(() => pool.tryTaking());
    expect(rules()).toEqual([]);
  });

  it("a breach is told once per place", () => {
    const body = (): void => signallingSection(wait);
    for (let i = 0; i < 3; i++) body();
    expect(rules()).toEqual(["section-wait"]);
    signallingSection(wait);
    expect(rules()).toEqual(["section-wait"]);
  });

  it("a spin lock may be taken in a section, and nothing waited for under it", () => {
    const spin = declareLock("ring", { spin: true });
    signallingSection(() => nested([spin]));
    expect(rules()).toEqual([]);
    lockdep.task(() => nested([spin], wait));
    expect(lockdep.reports.map(({ rule, context }) => [rule, context])).toEqual([["section-wait", "spin lock"]]);
  });

  it("a pool may be taken from under a reservation, so its refilling may lock none", () => {
    const pool = declarePool("buffers", { refilledByFences: true });
    pool.refilling(() => tryLockAll([new Reservation()])?.release());
    expect(rules()).toEqual([]);
    pool.refilling(() => void withReservations([new Reservation()], () => {}));
    expect(rules()).toEqual(["lock-order"]);
  });

  it("worker-order: a worker that signals waits for none that may wait for fences", () => {
    const [safe, plain] = [declareWorker("safe", { signals: true }), declareWorker("plain")];
    plain.run(() => safe.waiting());
    expect(rules()).toEqual([]);
    safe.run(() => plain.waiting());
    expect(rules()).toContain("worker-order");
  });

  it("an obligation that was handed to a work queue is owed there: what runs on it may not wait for fences", () => {
    const queue = {};
    const { fence } = new Timeline("t").fence();
    lockdep._validator.transferred(fence, queue, "uploads");
    lockdep._validator.entered("work", queue);
    wait();
    lockdep._validator.left("work");
    expect(rules()).toEqual(["lock-order"]);
  });
});

describe("tasks in Node", () => {
  it("what is held is followed over awaits, in code that knows nothing of tasks", async () => {
    const mutex = new Mutex("m");
    await mutex.run(async () => {
      await Promise.resolve();
      wait();
    });
    signallingSection(() => void declareLock("other").wanted());
    expect(rules()).toEqual(["section-lock"]);
    // The lock of that mutex is known to be held over a wait now.
    const again = new Mutex("n");
    await again.run(() => mutex.run(() => {}));
    await mutex.run(() => again.run(() => {}));
    expect(rules()).toEqual(["lock-order"]);
  });

  it("two that run side by side hold nothing of one another's", async () => {
    const [a, b] = [new Mutex("a"), new Mutex("b")];
    const turns = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) await Promise.resolve();
    };
    for (let i = 0; i < 3; i++) {
      await Promise.all([a.run(turns), b.run(turns), a.run(turns)]);
      await Promise.all([b.run(turns), a.run(turns), b.run(turns)]);
    }
    await a.run(() => b.run(turns));
    expect(rules()).toEqual([]);
  });

  it("a side by side inside of a lock is inside of it, both of them", async () => {
    const [outer, a, b] = [new Mutex("outer"), new Mutex("a"), new Mutex("b")];
    await outer.run(async () => {
      await Promise.resolve();
      await Promise.all([a.run(() => {}), b.run(() => {})]);
    });
    await a.run(() => outer.run(() => {}));
    await b.run(() => outer.run(() => {}));
    expect(rules()).toEqual(["lock-order", "lock-order"]);
  });

  it("the body of withReservations holds them, over its awaits; its neighbours don't", async () => {
    const table = declareLock("table");
    const [left, right] = [new Reservation("left"), new Reservation("right")];
    await withReservations([left, right], async () => {
      await Promise.resolve();
      lockdep._validator.blocks("not in a section");
      nested([table]);
    });
    await Promise.all([withReservations([left], () => Promise.resolve()), withReservations([right], () => {})]);
    expect(rules()).toEqual([]);
    lockdep.task(() => nested([table], () => void withReservations([left], () => {})));
    expect(rules()).toEqual(["lock-order"]);
  });

  it("reservations within reservations are the ticket's affair; without, it is told", async () => {
    const [one, two] = [new Reservation("one"), new Reservation("two")];
    await withReservations([one], () => withReservations([two], () => {}));
    expect(rules()).toEqual([]);
    await lockdep.task(async () => {
      const locks = tryLockAll([one]);
      await withReservations([two], () => {});
      locks?.release();
    });
    expect(rules()).toEqual(["lock-order"]);
  });

  it("a call of which is said that no body waits for it holds nothing of that body's", async () => {
    const [one, two] = [new Reservation("one"), new Reservation("two")];
    let later: Promise<void> | undefined;
    await withReservations([one], () => void (later = withReservations([two, one], () => {}, { within: null })));
    await later;
    expect(rules()).toEqual([]);
  });

  it("who goes on without waiting for his own call for locks holds none of them", async () => {
    const [one, two, table] = [new Reservation("one"), new Reservation("two"), declareLock("table")];
    const first = withReservations([one], async () => {
      for (let i = 0; i < 5; i++) await Promise.resolve();
    });
    await Promise.resolve();
    await Promise.resolve();
    nested([table]);
    await withReservations([two], () => {});
    await first;
    lockdep.task(() => nested([table], () => void withReservations([one], () => {})));
    expect(rules()).toEqual([]);
  });

  it("a lock that is taken in another order than it was wanted in is held by who took it", async () => {
    const [table, log] = [declareLock("table"), declareLock("log")];
    let gate = (): void => {};
    const opened = new Promise<void>((resolve) => (gate = resolve));
    const take = async (before: Promise<void>, body: () => void): Promise<void> => {
      table.wanted();
      await before;
      table.taken();
      body();
      table.released();
    };
    const late = take(opened, () => {});
    await take(Promise.resolve(), () => nested([log]));
    gate();
    await late;
    lockdep.task(() => nested([log, table]));
    expect(rules()).toEqual(["lock-order"]);
  });

  it("a loop keeps no row of tasks alive", async () => {
    const mutex = new Mutex("m");
    for (let i = 0; i < 50; i++) await mutex.run(() => {});
    expect(depthOf(lockdep._validator.tasks.forWanting())).toBeLessThan(4);
  });
});

function depthOf(task: { readonly around: unknown }): number {
  let depth = 0;
  for (let each: unknown = task; each !== null; each = (each as { around: unknown }).around) depth++;
  return depth;
}

describe("where nothing follows an await", () => {
  beforeEach(() => {
    disableLockdep();
    useContextStore(browserContextStore);
    begin();
  });

  it("synchronous code is followed, in a task", () => {
    const table = declareLock("table");
    lockdep.task(() => nested([table], wait));
    signallingSection(() => nested([table]));
    expect(lockdep.reports[0]?.also).toEqual(["lock-order"]);
  });

  it("what is not sure is not told", async () => {
    const [a, b] = [new Mutex("a"), new Mutex("b")];
    for (let i = 0; i < 3; i++) await Promise.all([a.run(() => b.run(() => {})), b.run(() => {})]);
    await b.run(() => {});
    expect(rules()).toEqual([]);
  });
});

describe("declarations while the validator is off", () => {
  it("do nothing, and bodies run", () => {
    disableLockdep();
    const [lock, pool, worker] = [declareLock("l"), declarePool("p"), declareWorker("w")];
    nested([lock]);
    lock.wanted().released();
    pool.taking();
    worker.waiting();
    expect([pool.refilling(() => 1), worker.run(() => 2)]).toEqual([1, 2]);
    lock.taken();
    begin();
    lock.released(); // Taken before it was on: not known, and not missed.
    expect(lockdep.reports).toEqual([]);
  });
});
