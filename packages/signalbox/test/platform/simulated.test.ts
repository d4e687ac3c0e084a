import { describe, expect, it } from "vitest";
import { SimPlatform } from "../../src/platform/simulated.ts";

function setUp() {
  const platform = new SimPlatform({ auto: false });
  const ran: string[] = [];
  return { platform, ran, note: (word: string) => () => void ran.push(`${word} at ${platform.now()}`) };
}

describe("the simulated platform", () => {
  it("runs microtasks first, then macrotasks, then the earliest timer, to whose time the clock jumps", () => {
    const { platform, ran, note } = setUp();
    platform.setTimer(note("late"), 20);
    platform.setTimer(note("early"), 10);
    platform.macrotask(note("macrotask"));
    platform.microtask(note("microtask"));
    expect(platform.run()).toBe(20);
    expect(ran).toEqual(["microtask at 0", "macrotask at 0", "early at 10", "late at 20"]);
  });

  it("timers of one time fire in the order in which they were set", () => {
    const { platform, ran, note } = setUp();
    for (const word of ["a", "b", "c"]) platform.setTimer(note(word), 5);
    platform.run();
    expect(ran).toEqual(["a at 5", "b at 5", "c at 5"]);
  });

  it("microtasks that a macrotask asks for come before the next macrotask", () => {
    const { platform, ran, note } = setUp();
    platform.macrotask(() => {
      note("first")();
      platform.microtask(note("between"));
    });
    platform.macrotask(note("second"));
    platform.run();
    expect(ran).toEqual(["first at 0", "between at 0", "second at 0"]);
  });

  it("a timer that was taken back never fires", () => {
    const { platform, ran, note } = setUp();
    const timer = platform.setTimer(note("never"), 5);
    platform.clearTimer(timer);
    platform.clearTimer(timer);
    expect([platform.idle, platform.run(10), ran]).toEqual([true, 10, []]);
  });

  it("runs no further than it is told, and moves the clock there", () => {
    const { platform, ran, note } = setUp();
    platform.setTimer(note("in"), 10);
    platform.setTimer(note("out"), 11);
    expect([platform.run(10), ran, platform.idle]).toEqual([10, ["in at 10"], false]);
    expect(platform.run()).toBe(11);
  });

  it("a negative delay is none: the clock never goes back", () => {
    const { platform, ran, note } = setUp();
    platform.run(5);
    platform.setTimer(note("now"), -3);
    platform.run();
    expect(ran).toEqual(["now at 5"]);
  });

  it("`step` lets one thing happen, and answers whether there was one", () => {
    const { platform, ran, note } = setUp();
    platform.microtask(note("a"));
    platform.setTimer(note("b"), 1);
    expect([platform.step(), ran]).toEqual([true, ["a at 0"]]);
    expect([platform.step(), platform.step(), ran]).toEqual([true, false, ["a at 0", "b at 1"]]);
  });

  it("its random numbers are its seed's", () => {
    const numbers = (seed?: number): number[] => {
      const platform = new SimPlatform(seed === undefined ? { auto: false } : { seed, auto: false });
      return Array.from({ length: 5 }, () => platform.random());
    };
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
    expect(numbers()).toEqual(numbers(1));
  });

  it("steps by itself, between turns of the real event loop, if it is not told otherwise", async () => {
    const platform = new SimPlatform();
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      platform.setTimer(() => {
        ran.push(`timer at ${platform.now()}`);
        void Promise.resolve().then(() => ran.push("code that awaits"));
        platform.microtask(() => ran.push("microtask"));
        platform.setTimer(resolve, 1);
      }, 1_000_000);
    });
    expect(ran).toEqual(["timer at 1000000", "code that awaits", "microtask"]);
    expect([platform.idle, platform.now()]).toEqual([true, 1_000_001]);
  });

  it("goes on stepping by itself after something has thrown", async () => {
    const platform = new SimPlatform();
    const uncaught: unknown[] = [];
    // Vitest listens for uncaught errors; this test has one on purpose.
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => uncaught.push(error));
    try {
      platform.microtask(() => {
        throw new Error("on purpose");
      });
      await new Promise<void>((resolve) => {
        platform.microtask(resolve);
      });
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
    expect(uncaught).toMatchObject([{ message: "on purpose" }]);
  });
});
