import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { isLater, laterOf, seqnoLater } from "../../src/fence/order.ts";
import { PUBLISHED } from "../../src/fence/state.ts";
import { TimelineCore } from "../../src/fence/timeline-core.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

function fenceAt(seqno: number, core: TimelineCore): Fence {
  return new Fence(core, seqno, PUBLISHED);
}

describe("the order of seqnos", () => {
  it("F7: of 64 bits they compare as they are", () => {
    expect(seqnoLater(1, 0xffff_ffff, 64)).toBe(false);
    expect(seqnoLater(2 ** 40 + 1, 2 ** 40, 64)).toBe(true);
    expect(seqnoLater(7, 7, 64)).toBe(false);
  });

  it("F7: of 32 bits the signed difference counts, so that 1 is later than 0xFFFFFFFF", () => {
    expect(seqnoLater(1, 0xffff_ffff, 32)).toBe(true);
    expect(seqnoLater(0xffff_ffff, 1, 32)).toBe(false);
    expect(seqnoLater(0, 0xffff_ffff, 32)).toBe(true);
    expect(seqnoLater(0x7fff_ffff, 0, 32)).toBe(true);
    expect(seqnoLater(0x8000_0000, 0, 32)).toBe(false);
    expect(seqnoLater(0x8000_0000, 1, 32)).toBe(true);
    expect(seqnoLater(5, 5, 32)).toBe(false);
  });

  it("F7: of 32 bits, whatever was given out in the last 2^31 is earlier", () => {
    const cell = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(cell, fc.integer({ min: 1, max: 0x7fff_ffff }), (seqno, ahead) => {
        const next = (seqno + ahead) >>> 0;
        expect([seqnoLater(next, seqno, 32), seqnoLater(seqno, next, 32)]).toEqual([true, false]);
      }),
    );
  });
});

describe("the order of fences", () => {
  it("F6: is that of their seqnos on one timeline", () => {
    const timeline = new Timeline("t", { platform });
    const [one, two] = [timeline.fence().fence, timeline.fence().fence];
    expect([isLater(two, one), isLater(one, two), isLater(one, one)]).toEqual([true, false, false]);
  });

  it("F4, F7: a timeline of 32 bits wraps", () => {
    const core = new TimelineCore("narrow", "test", platform, 32);
    const [before, after] = [fenceAt(0xffff_ffff, core), fenceAt(1, core)];
    expect([isLater(after, before), isLater(before, after)]).toEqual([true, false]);
    expect(laterOf(before, after)).toBe(after);
  });

  it("F4, F7: seqnos are u64, exact, of either width", () => {
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const near = fc
      .tuple(u64, fc.integer({ min: -3, max: 3 }))
      .map(([a, d]): [bigint, bigint] => [a, BigInt.asUintN(64, a + BigInt(d))]);
    const pair = fc.oneof(near, fc.tuple(u64, u64), fc.tuple(fc.bigInt(0n, 2n ** 33n), fc.bigInt(0n, 2n ** 33n)));
    fc.assert(
      fc.property(pair, ([a, b]) => {
        for (const bits of [32, 64] as const) {
          const timeline = new ForeignTimeline("t", { platform, bits });
          const [x, y] = [timeline.fence(a).fence, timeline.fence(b).fence];
          const difference = bits === 64 ? a - b : BigInt.asIntN(32, a - b);
          expect(isLater(x, y)).toBe(difference > 0n);
        }
      }),
    );
  });

  it("F8: fences of different timelines have none: asking throws, and names both", () => {
    const [a, b] = [new Timeline("a", { platform }).fence().fence, new Timeline("b", { platform }).fence().fence];
    for (const ask of [() => isLater(a, b), () => laterOf(a, b)]) {
      const error = thrownBy(ask);
      expect(error.code).toBe("EINVAL");
      expect(error.message).toMatch(/a:1.*b:1|b:1.*a:1/);
    }
  });

  it("F8: the later of two is nothing once that one has signalled, and the first of equals", () => {
    const timeline = new Timeline("t", { platform });
    const [one, two] = [timeline.fence(), timeline.fence()];
    expect(laterOf(one.fence, two.fence)).toBe(two.fence);
    expect(laterOf(two.fence, one.fence)).toBe(two.fence);
    expect(laterOf(one.fence, one.fence)).toBe(one.fence);
    one.signal();
    expect(laterOf(one.fence, two.fence)).toBe(two.fence);
    two.signal();
    expect(laterOf(one.fence, two.fence)).toBeUndefined();
  });
});
