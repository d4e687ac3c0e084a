/** The spin of the side that owns the device, on a clock and an event loop of the test's own. */
import { describe, expect, test } from "vitest";
import { SpinHabit } from "../../../src/devices/workers/spin-habit.ts";
import { Spinner } from "../../../src/devices/workers/spinner.ts";
import { realPlatform } from "../../../src/platform/real.ts";

const SPIN = 0.05;

/** One lane, and what the spinner asks of the platform. */
class Bench {
  readonly micro: (() => void)[] = [];
  readonly macro: (() => void)[] = [];
  hushed = false;
  /** How many of the next looks find something. */
  finds = 0;
  polls = 0;
  listened = 0;
  time = 0;
  readonly spinner: Spinner;

  constructor() {
    const platform = {
      ...realPlatform,
      now: () => (this.time += 0.01),
      microtask: (callback: () => void) => void this.micro.push(callback),
      macrotask: (callback: () => void) => void this.macro.push(callback),
    };
    const lane = {
      hushed: () => this.hushed,
      poll: () => {
        this.polls++;
        return this.finds-- > 0;
      },
      listen: () => {
        this.listened++;
        this.hushed = false;
      },
    };
    const watched = {
      get hushed() {
        return lane.hushed();
      },
      poll: lane.poll,
      listen: lane.listen,
    };
    this.spinner = new Spinner(platform, [watched], SPIN);
  }

  /** Jobs are handed over. */
  hand(): void {
    if (this.spinner.wanted()) this.hushed = true;
    this.spinner.kick();
  }

  /** Runs the microtasks that there are, and answers how many. */
  turn(list: (() => void)[] = this.micro): number {
    const callbacks = list.splice(0);
    for (const callback of callbacks) callback();
    return callbacks.length;
  }
}

describe("a look", () => {
  test("is due once, whatever was handed over, and not where every thread rings", () => {
    const bench = new Bench();
    bench.spinner.kick();
    expect(bench.micro).toHaveLength(0);
    bench.hand();
    bench.hand();
    expect(bench.micro).toHaveLength(1);
  });

  test("in vain ends when its time is over, and the thread rings from then on", () => {
    const bench = new Bench();
    bench.hand();
    bench.turn();
    expect(bench.time).toBeLessThan(2 * SPIN);
    expect(bench.polls).toBeGreaterThan(32);
    expect([bench.hushed, bench.listened, bench.micro.length, bench.macro.length]).toEqual([false, 1, 0, 0]);
  });

  test("that found something is followed by another one, while more is under way", () => {
    const bench = new Bench();
    bench.hand();
    bench.finds = 1;
    bench.turn();
    expect([bench.polls, bench.hushed, bench.micro.length]).toEqual([1, true, 1]);
    bench.hushed = false; // All is done.
    bench.turn();
    expect([bench.polls, bench.micro.length, bench.listened]).toEqual([1, 0, 0]);
  });

  test("leaves the event loop its turn when looks have followed one another for a millisecond", () => {
    const bench = new Bench();
    bench.finds = Infinity;
    bench.hand();
    let looks = 0;
    while (bench.turn() > 0) looks++;
    // One reading of the clock a look, which takes 0.01 ms here.
    expect(looks).toBeGreaterThan(90);
    expect(looks).toBeLessThan(110);
    // The mark of the turn, and the next look.
    expect(bench.turn(bench.macro)).toBe(2);
    expect(bench.micro).toHaveLength(1);
  });
});

describe("the habit", () => {
  /** How many times it has looked away until it looks. */
  const leftOut = (habit: SpinHabit): number => {
    let count = 0;
    while (!habit.wanted()) count++;
    return count;
  };

  test("each look in vain has twice as many left out, up to a bound", () => {
    const habit = new SpinHabit();
    const counts = Array.from({ length: 11 }, () => {
      habit.failed();
      return leftOut(habit);
    });
    expect(counts).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256]);
  });

  test("one look that pays doesn't make up for one in vain, many do", () => {
    const habit = new SpinHabit();
    for (let i = 0; i < 4; i++) habit.failed();
    habit.paid();
    habit.failed();
    expect(leftOut(habit)).toBeGreaterThan(8);
    for (let i = 0; i < 100; i++) habit.paid();
    habit.failed();
    expect(leftOut(habit)).toBe(1);
  });
});
