import { describe, expect, it } from "vitest";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { realPlatform } from "../../src/platform/real.ts";
import { WorkItem, WorkQueue, sharedWorkQueue } from "../../src/work/work-queue.ts";
import type { WorkQueueOptions } from "../../src/work/work-queue.ts";

/** A platform that counts what it is asked for, and on which work takes the time that the test says. */
class CountingPlatform extends SimPlatform {
  microtasks = 0;
  macrotasks = 0;
  worked = 0;

  override now(): number {
    return super.now() + this.worked;
  }

  constructor() {
    super({ auto: false });
  }

  override microtask(callback: () => void): void {
    this.microtasks++;
    super.microtask(callback);
  }

  override macrotask(callback: () => void): void {
    this.macrotasks++;
    super.macrotask(callback);
  }
}

function setUp(options?: WorkQueueOptions) {
  const platform = new CountingPlatform();
  const queue = new WorkQueue(platform, options);
  const ran: string[] = [];
  const item = (name: string): WorkItem =>
    new WorkItem(queue, () => {
      ran.push(name);
      return false;
    });
  return { platform, queue, ran, item };
}

describe("a work queue", () => {
  it("Q4: one kick drains all that is scheduled, in the order in which it was", () => {
    const { platform, queue, ran, item } = setUp();
    for (const name of ["a", "b", "c"]) item(name).schedule();
    expect([ran, platform.microtasks, queue.idle]).toEqual([[], 1, false]);
    platform.run();
    expect([ran, platform.microtasks, platform.macrotasks, queue.idle]).toEqual([["a", "b", "c"], 1, 0, true]);
  });

  it("an item is scheduled once, however often it is asked for, and again after its turn", () => {
    const { platform, ran, item } = setUp();
    const a = item("a");
    expect([a.schedule(), a.schedule(), a.schedule()]).toEqual([true, false, false]);
    platform.run();
    expect([ran, a.schedule()]).toEqual([["a"], true]);
    platform.run();
    expect(ran).toEqual(["a", "a"]);
  });

  it("an item that is scheduled while it runs runs again", () => {
    const platform = new SimPlatform({ auto: false });
    let runs = 0;
    const item: WorkItem = new WorkItem(new WorkQueue(platform), () => {
      if (++runs < 3) expect(item.schedule()).toBe(true);
      return false;
    });
    item.schedule();
    platform.run();
    expect(runs).toBe(3);
  });

  it("an item that says that something is left goes behind the others", () => {
    const { platform, queue, ran, item } = setUp();
    let left = 2;
    new WorkItem(queue, () => {
      ran.push("long");
      return left-- > 0;
    }).schedule();
    item("short").schedule();
    platform.run();
    expect(ran).toEqual(["long", "short", "long", "long"]);
  });

  it("what is scheduled during a drain is reached by the same drain", () => {
    const { platform, queue, ran, item } = setUp();
    new WorkItem(queue, () => {
      item("late").schedule();
      return false;
    }).schedule();
    platform.run();
    expect([ran, platform.microtasks]).toEqual([["late"], 1]);
  });

  it("gives the event loop a turn when its budget of units is used up, and then goes on", () => {
    const { platform, queue, ran, item } = setUp({ units: 100 });
    let left = 200;
    new WorkItem(queue, (budget) => {
      for (; left > 0 && budget.left > 0; left--) {
        budget.left--;
      }
      return left > 0;
    }).schedule();
    item("other").schedule();
    platform.setTimer(() => void ran.push("timer"), 0);
    platform.macrotask(() => void ran.push("other macrotask"));
    platform.run();
    expect(left).toBe(0);
    expect(ran).toEqual(["other", "other macrotask", "timer"]);
    expect([platform.macrotasks, queue.idle]).toEqual([2, true]);
  });

  it("an item that counts nothing uses a unit all the same: no drain is endless", () => {
    const { platform, queue } = setUp({ units: 10 });
    let runs = 0;
    new WorkItem(queue, () => ++runs < 35).schedule();
    platform.run();
    expect([runs, platform.macrotasks]).toEqual([35, 3]);
  });

  it("gives the event loop a turn when its time is up, which is counted from the second item on", () => {
    const platform = new CountingPlatform();
    const queue = new WorkQueue(platform, { time: 5 });
    const ran: number[] = [];
    for (let index = 0; index < 4; index++) {
      new WorkItem(queue, () => {
        ran.push(index);
        platform.worked += 5;
        return false;
      }).schedule();
    }
    platform.run();
    expect(ran).toEqual([0, 1, 2, 3]);
    expect(platform.macrotasks).toBe(1);
  });

  it("on the real platform, timers fire while an item always has more to do", async () => {
    const queue = new WorkQueue(realPlatform, { units: 64 });
    let fired = false;
    realPlatform.setTimer(() => {
      fired = true;
    }, 0);
    await new Promise<void>((resolve) => {
      new WorkItem(queue, (budget) => {
        budget.left = 0;
        if (fired) resolve();
        return !fired;
      }).schedule();
    });
    expect(fired).toBe(true);
  });

  it("a body that throws keeps no other from running; its error is heard of, and the item can run again", () => {
    const { platform, queue, ran, item } = setUp();
    const wrong = new WorkItem(queue, () => {
      throw new Error("a broken body");
    });
    item("before").schedule();
    wrong.schedule();
    item("after").schedule();
    expect(() => platform.run()).toThrow("a broken body");
    platform.run();
    expect([ran, queue.idle, wrong.schedule()]).toEqual([["before", "after"], true, true]);
    expect(() => platform.run()).toThrow("a broken body");
  });

  it("is idle only when nothing is scheduled and nothing runs", () => {
    const { platform, queue, item } = setUp({ units: 1 });
    expect(queue.idle).toBe(true);
    item("a").schedule();
    item("b").schedule();
    platform.step();
    expect(queue.idle).toBe(false);
    platform.run();
    expect(queue.idle).toBe(true);
  });

  it("a budget with which nothing would ever run is a RangeError that names it", () => {
    const platform = new SimPlatform({ auto: false });
    for (const options of [{ units: 0 }, { units: -1 }, { units: NaN }, { time: -1 }, { time: NaN }]) {
      expect(() => new WorkQueue(platform, options)).toThrow(RangeError);
      expect(() => new WorkQueue(platform, options)).toThrow(`got ${Object.values(options)[0]}`);
    }
    expect(new WorkQueue(platform, { units: Infinity, time: Infinity }).idle).toBe(true);
  });
});

describe("the shared work queue", () => {
  it("is one for each platform", () => {
    const [a, b] = [new SimPlatform({ auto: false }), new SimPlatform({ auto: false })];
    expect(sharedWorkQueue(a)).toBe(sharedWorkQueue(a));
    expect(sharedWorkQueue(a)).not.toBe(sharedWorkQueue(b));
  });
});
