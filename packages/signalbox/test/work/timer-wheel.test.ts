import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Platform } from "../../src/platform/platform.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { TimerWheel, WheelTimer, sharedTimerWheel } from "../../src/work/timer-wheel.ts";

function bench() {
  const platform = new SimPlatform({ auto: false });
  const wheel = new TimerWheel(platform);
  const fired: string[] = [];
  const timer = (name: string, then?: () => void): WheelTimer =>
    new WheelTimer(wheel, () => {
      fired.push(`${name} at ${platform.now()}`);
      then?.();
    });
  return { platform, wheel, fired, timer };
}

describe("a timer of a wheel", () => {
  it("fires once, at its time, up to 1 ms late, and can be set again", () => {
    const { platform, fired, timer } = bench();
    const one = timer("one");
    one.start(10.25);
    expect(one.set).toBe(true);
    platform.run();
    expect([one.set, fired]).toEqual([false, ["one at 11"]]);
    one.start(20);
    platform.run();
    expect(fired).toEqual(["one at 11", "one at 20"]);
  });

  it("fires soon for a time that has passed", () => {
    const { platform, fired, timer } = bench();
    platform.run(100);
    timer("late").start(5);
    platform.run();
    expect(fired).toEqual(["late at 101"]);
  });

  it("doesn't fire when it was stopped, nor at its former time when it was set anew", () => {
    const { platform, fired, timer } = bench();
    const stopped = timer("stopped");
    const moved = timer("moved");
    stopped.start(5);
    moved.start(5);
    stopped.stop();
    stopped.stop();
    moved.start(70);
    platform.run();
    expect(fired).toEqual(["moved at 70"]);
  });

  it.each([0.5, 63, 64, 65, 4_095, 4_096, 262_144, 16_777_215, 16_777_216, 5e9])("reaches %d ms ahead", (ahead) => {
    const { platform, fired, timer } = bench();
    platform.run(1_000);
    timer("far").start(1_000 + ahead);
    platform.run();
    expect(fired).toEqual([`far at ${1_000 + Math.ceil(ahead)}`]);
  });

  it("may stop and set others, and itself, when it fires", () => {
    const { platform, fired, timer } = bench();
    const victim = timer("victim");
    const other = timer("other");
    let left = 2;
    const first: WheelTimer = timer("first", () => {
      victim.stop();
      other.start(platform.now());
      if (--left > 0) first.start(platform.now() + 1);
    });
    first.start(3);
    victim.start(3);
    platform.run();
    expect(fired).toEqual(["first at 3", "other at 4", "first at 4", "other at 5"]);
  });

  it("that throws is heard of, and keeps no other from firing", () => {
    const { platform, fired, timer } = bench();
    timer("bad", () => {
      throw new Error("of a callback");
    }).start(3);
    timer("good").start(3);
    expect(() => platform.run()).toThrow("of a callback");
    platform.run();
    expect(fired).toEqual(["bad at 3", "good at 3"]);
  });
});

describe("a wheel", () => {
  it("is one for each platform", () => {
    const { platform } = bench();
    expect(sharedTimerWheel(platform)).toBe(sharedTimerWheel(platform));
    expect(sharedTimerWheel(new SimPlatform())).not.toBe(sharedTimerWheel(platform));
  });

  it("leaves no timer of a platform that can't say that it holds nothing back", () => {
    const { platform, timer } = bench();
    const one = timer("one");
    one.start(50);
    one.stop();
    expect(platform.idle).toBe(true);
  });

  it("asks the platform for one timer however often one is set and stopped, and holds no process back while it is empty", () => {
    const asked: string[] = [];
    const platform: Platform = {
      now: () => 0,
      setTimer: () => (asked.push("set"), 1),
      clearTimer: () => void asked.push("clear"),
      holdTimer: (_timer, hold) => void asked.push(hold ? "hold" : "let go"),
      microtask() {},
      macrotask() {},
      random: () => 0,
    };
    const timer = new WheelTimer(new TimerWheel(platform), () => {});
    for (let count = 0; count < 3; count++) {
      timer.start(100);
      timer.stop();
    }
    expect(asked).toEqual(["set", "let go", "hold", "let go", "hold", "let go"]);
  });

  it("fires what a list of timers would, for any program of sets and stops", () => {
    const step = fc.record({
      timer: fc.nat(5),
      ahead: fc.oneof(fc.nat(100), fc.nat(10_000), fc.nat(20_000_000)).map((ahead) => ahead + 1),
      stop: fc.boolean(),
      pass: fc.oneof(fc.nat(50), fc.nat(5_000), fc.nat(20_000_000)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { platform, fired, timer } = bench();
        const timers = Array.from({ length: 6 }, (_, index) => timer(String(index)));
        const due = new Map<number, number>();
        const expected: string[] = [];
        for (const { timer: index, ahead, stop, pass } of steps) {
          if (stop) {
            timers[index]!.stop();
            due.delete(index);
          } else {
            const at = platform.now() + ahead;
            timers[index]!.start(at);
            due.delete(index); // Among equals, the one that was set last comes last.
            due.set(index, at);
          }
          const until = platform.now() + pass;
          for (const [one, at] of [...due].sort(([, a], [, b]) => a - b)) {
            if (at > until) continue;
            due.delete(one);
            expected.push(`${one} at ${at}`);
          }
          platform.run(until);
        }
        // Timers of the same ms came from different distances, and may fire in any order.
        expect([...fired].sort()).toEqual([...expected].sort());
      }),
    );
  });
});
