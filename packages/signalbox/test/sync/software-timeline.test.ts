import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { isLater } from "../../src/fence/order.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { SoftwareTimeline } from "../../src/sync/software-timeline.ts";
import { noteAll, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const timeline = () => new SoftwareTimeline("t", { platform });

describe("a software timeline", () => {
  it("SW1: fences signal when the counter reaches or passes them, nearest first", () => {
    const steps = timeline();
    const [third, first, second] = [steps.fence(3), steps.fence(1), steps.fence(2)];
    const log = noteAll([third, first, second]);
    steps.advance();
    expect([log, steps.value]).toEqual([["t:1"], 1]);
    steps.advance(5);
    expect([log, steps.value]).toEqual([["t:1", "t:2", "t:3"], 6]);
    steps.advance(0);
    expect(steps.value).toBe(6);
  });

  it("SW1: the same number that is ahead is the same fence; one that was reached is born signalled, and is its own", () => {
    const steps = timeline();
    expect(steps.fence(2)).toBe(steps.fence(2));
    const zero = steps.fence(0);
    expect([zero.signalled, zero.error]).toEqual([true, 0]);
    expect(steps.fence(0)).not.toBe(zero);
    expect([zero.context, zero.driverName, zero.timelineName]).toEqual([steps.context, "sw_sync", "t"]);
  });

  it("F7: the counter wraps around, and half of the numbers are ahead of it", () => {
    const steps = timeline();
    steps.advance(4294967295);
    const [zero, one, far, behind] = [steps.fence(0), steps.fence(1), steps.fence(2147483646), steps.fence(2147483647)];
    expect([zero, one, far, behind].map((fence) => fence.signalled)).toEqual([false, false, false, true]);
    expect(isLater(zero, steps.fence(4294967295))).toBe(true);
    steps.advance(1);
    expect([steps.value, zero.signalled, one.signalled]).toEqual([0, true, false]);
    steps.advance(4294967295);
    expect([steps.value, one.signalled, far.signalled]).toEqual([4294967295, true, true]);
  });

  it("SW1: closing it fails what was not reached with ENOENT, nearest first, and ends it", () => {
    const steps = timeline();
    const [reached, second, third] = [steps.fence(1), steps.fence(2), steps.fence(3)];
    const log = noteAll([third, second, reached]);
    steps.advance(1);
    steps.close();
    steps.close();
    expect(log).toEqual(["t:1", `t:2 ${errno.ENOENT}`, `t:3 ${errno.ENOENT}`]);
    expect(thrownBy(() => steps.fence(4)).code).toBe("EINVAL");
    expect(thrownBy(() => steps.advance()).code).toBe("EINVAL");
  });

  it("F28: keeps the earliest deadline, and knows its fences from others", () => {
    const steps = timeline();
    const fence = steps.fence(1);
    expect(thrownBy(() => SoftwareTimeline.deadlineOf(fence)).code).toBe("ENOENT");
    for (const time of [500, 900, 100]) fence.setDeadline(time);
    expect(SoftwareTimeline.deadlineOf(fence)).toBe(100);
    steps.advance();
    fence.setDeadline(1);
    expect(SoftwareTimeline.deadlineOf(fence)).toBe(100);
    const other = new ForeignTimeline("other", { platform }).fence(1).fence;
    expect(thrownBy(() => SoftwareTimeline.deadlineOf(other)).code).toBe("EINVAL");
  });

  it("numbers are u32", () => {
    const steps = timeline();
    for (const wrong of [-1, 0.5, 4294967296, NaN]) {
      expect(() => steps.fence(wrong)).toThrow(RangeError);
      expect(() => steps.advance(wrong)).toThrow(RangeError);
    }
    expect(steps.value).toBe(0);
  });

  it("for every program: a fence has signalled exactly if the counter has reached it since it was made", () => {
    const u32 = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 0xffff_ffff }));
    const step = fc.record({ kind: fc.constantFrom("fence" as const, "advance" as const), number: u32 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (program) => {
        const steps = timeline();
        let value = 0n;
        // Every fence with the value of the endless counter at which it signals.
        const made: { fence: Fence; at: bigint }[] = [];
        for (const { kind, number } of program) {
          if (kind === "advance") {
            steps.advance(number);
            value += BigInt(number);
          } else {
            const ahead = BigInt.asUintN(32, BigInt(number) - value);
            made.push({ fence: steps.fence(number), at: ahead < 2n ** 31n ? value + ahead : value });
          }
          expect(steps.value).toBe(Number(BigInt.asUintN(32, value)));
          expect(made.map(({ fence }) => fence.signalled)).toEqual(made.map(({ at }) => at <= value));
        }
      }),
    );
  });
});
