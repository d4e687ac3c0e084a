import { describe, expect, it } from "vitest";
import { deliver } from "../../src/fence/delivery.ts";
import { hooks } from "../../src/hooks.ts";
import type { LockdepHooks } from "../../src/hooks.ts";
import { submit } from "../../src/queue/submission.ts";
import type { DestroyedQueue } from "../../src/queue/teardown.ts";
import { signallingSection } from "../../src/signalling/section.ts";
import { declareLock } from "../../src/signalling/lockdep/declared.ts";
import { bench, jobs } from "../support/bench.ts";
import { reported } from "../support/reports.ts";

/** What is waited for while the body runs, as the validator is told. */
async function waitsIn(body: () => unknown): Promise<string[]> {
  const told: string[] = [];
  const before = hooks.lockdep;
  const waitsFor: LockdepHooks["waitsFor"] = (what, _subject, name) => void told.push(`${what} ${name}`);
  hooks.lockdep = new Proxy(before!, {
    get: (target, name) => {
      const value: unknown = name === "waitsFor" ? waitsFor : Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  try {
    await body();
  } finally {
    hooks.lockdep = before;
  }
  return told;
}

describe("Q5: what `destroy` answers", () => {
  it("is the queue as it is then, and comes to the queue as it is at its end", async () => {
    const { ring, work, finish, driver } = bench();
    const queue = ring.queue("q");
    submit(...jobs(queue, "a b"));
    work();
    const destroyed = queue.destroy();
    expect([destroyed.name, destroyed.state, destroyed.stats]).toEqual(["q", "destroyed", queue.stats]);
    const inactive = destroyed.idle();
    driver.complete();
    finish();
    const end = await inactive;
    expect([end.name, end.state, end.stats.done, destroyed.state]).toEqual(["q", "inactive", 2, "inactive"]);
    expect(end.stats).toEqual(queue.stats);
  });

  it("is the same each time, whichever way it ends, and comes to the same each time", async () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const destroyed = queue.destroy();
    expect([queue.destroy() === destroyed, queue.kill() === destroyed, destroyed.kill() === destroyed]).toEqual([
      true,
      true,
      true,
    ]);
    const [first, second] = [await destroyed, await destroyed.idle()];
    expect(first).toBe(second);
  });

  it("is awaited until all that was pushed is released, and not before", async () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const [job] = jobs(queue, "a");
    submit(job!);
    const seen: string[] = [];
    const ended = (async () => {
      const { state } = await queue.destroy();
      seen.push(`${state}, and the job ${job!.stage}`);
    })();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(seen).toEqual([]);
    finish();
    await ended;
    expect(seen).toEqual(["inactive, and the job released"]);
  });

  it("can be hurried up: what is queued is cancelled", async () => {
    const { ring, driver, gates, work } = bench();
    const queue = ring.queue("q");
    const [first, second] = jobs(queue, "first second");
    submit(first!, second!.after(gates.fence().fence));
    work();
    const destroyed = queue.destroy();
    driver.complete();
    gates.signalThrough(1);
    destroyed.kill("enough");
    work();
    await destroyed;
    expect([first!.status, second!.failure()]).toMatchObject([1, { code: "ECANCELED", cause: "enough" }]);
  });

  it("never rejects: that jobs failed is for their fences to tell", async () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [job] = jobs(queue, "a");
    submit(job!);
    work();
    ring.lose(-5, "gone");
    expect(driver.held).toHaveLength(1);
    work();
    expect([(await queue.destroy()).stats.failed, job!.error]).toEqual([1, -5]);
  });

  it("`await using` waits for it", async () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const [job] = jobs(queue, "a");
    submit(job!);
    {
      await using ending = queue.destroy();
      expect(ending.state).toBe("destroyed");
      finish();
    }
    expect([queue.state, job!.stage]).toEqual(["inactive", "released"]);
  });
});

describe("waiting for the end", () => {
  it("makes no promise before somebody waits", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    submit(...jobs(queue, "a"));
    const made: string[] = [];
    const Plain = globalThis.Promise;
    globalThis.Promise = new Proxy(Plain, {
      construct: (target, args, made_) => (made.push("new"), Reflect.construct(target, args, made_) as object),
      get: (target, name, self) => (made.push(String(name)), Reflect.get(target, name, self) as unknown),
    });
    try {
      void queue.destroy();
      void queue.kill();
    } finally {
      globalThis.Promise = Plain;
    }
    expect(made).toEqual([]);
  });

  it("is told to the validator where it begins, and not when the queue is destroyed in passing", async () => {
    const { ring } = bench();
    const ways: Record<string, (ended: DestroyedQueue) => unknown> = {
      nothing: () => undefined,
      idle: (ended) => ended.idle(),
      then: (ended) => ended.then(),
      await: async (ended) => {
        await ended;
      },
      dispose: (ended) => ended[Symbol.asyncDispose](),
    };
    const told: Record<string, string[]> = {};
    for (const [name, way] of Object.entries(ways)) {
      told[name] = await waitsIn(() => {
        const queue = ring.queue(name);
        const killed = queue.kill();
        queue.destroy();
        return way(killed);
      });
    }
    expect(told).toEqual({
      nothing: [],
      idle: ["end idle"],
      then: ["end then"],
      await: ["end await"],
      dispose: ["end dispose"],
    });
  });

  it("isn't said in a section by who destroys or kills a queue there; by who asks for its end it is", () => {
    const { ring } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    signallingSection(() => {
      void x.destroy();
      void y.kill();
    });
    expect(reported()).toEqual([]);
    deliver(() => void x.destroy().idle());
    expect(reported()).toEqual(["section-wait"]);
  });

  it("under a lock is known to the validator as a wait under that lock", async () => {
    const { ring } = bench();
    const table = declareLock("table", { spin: true });
    table.wanted();
    table.taken();
    await ring.queue("q").destroy();
    table.released();
    signallingSection(() => {
      table.wanted();
      table.taken();
      table.released();
    });
    expect(reported()).toEqual(["section-wait", "lock-order"]);
  });
});
