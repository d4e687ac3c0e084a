import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { realPlatform } from "../../src/platform/real.ts";
import { throwLater } from "../../src/platform/throw-later.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";

describe("the real platform", () => {
  it("microtasks come before timers and macrotasks; a macrotask lets timers and I/O have a turn", async () => {
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      realPlatform.macrotask(() => {
        ran.push("macrotask");
        resolve();
      });
      realPlatform.microtask(() => ran.push("microtask"));
      realPlatform.kick?.(() => ran.push("kick"));
      ran.push("now");
    });
    expect(ran).toEqual(["now", "microtask", "kick", "macrotask"]);
  });

  it("its clock never goes back, and has fractions", () => {
    const times = Array.from({ length: 1000 }, () => realPlatform.now());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.some((time) => !Number.isInteger(time))).toBe(true);
  });

  it("its random numbers are in [0, 1)", () => {
    for (let count = 0; count < 100; count++) {
      const number = realPlatform.random();
      expect(number >= 0 && number < 1).toBe(true);
    }
  });
});

describe("the real platform's timers", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const longest = 2 ** 31 - 1;

  it("fire once, and never when taken back", () => {
    const fired = vi.fn();
    realPlatform.setTimer(fired, 10);
    const timer = realPlatform.setTimer(fired, 10);
    realPlatform.clearTimer(timer);
    vi.advanceTimersByTime(100);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it("of more than 24.8 days, which `setTimeout` would fire at once, fire when they should", () => {
    for (const delay of [longest, longest + 1, 3 * longest + 5]) {
      const fired = vi.fn();
      realPlatform.setTimer(fired, delay);
      vi.advanceTimersByTime(delay - 1);
      expect(fired).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(fired).toHaveBeenCalledTimes(1);
    }
  });

  it("of more than 24.8 days can be taken back, early and late", () => {
    const fired = vi.fn();
    const early = realPlatform.setTimer(fired, 3 * longest);
    const late = realPlatform.setTimer(fired, 3 * longest);
    realPlatform.clearTimer(early);
    vi.advanceTimersByTime(2 * longest + 1);
    realPlatform.clearTimer(late);
    vi.advanceTimersByTime(2 * longest);
    expect(fired).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("an error that nobody is there to catch", () => {
  it("is thrown in a microtask of its own", () => {
    const platform = new SimPlatform({ auto: false });
    throwLater(platform, new Error("later"));
    expect(() => platform.run()).toThrow("later");
    expect(platform.idle).toBe(true);
  });
});
