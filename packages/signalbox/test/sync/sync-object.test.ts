import { describe, expect, it } from "vitest";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { Ring } from "../../src/queue/ring.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { heapInUse } from "../support/heap.ts";
import { thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const fences = (count: number): DriverFence[] => {
  const timeline = new ForeignTimeline("t", { platform });
  return Array.from({ length: count }, (_, index) => timeline.fence(index + 1));
};
const object = (options = {}): SyncObject => new SyncObject({ name: "object", platform, ...options });

describe("a binary sync object", () => {
  it("SY3: is born empty, or with a fence that signalled when it was made", () => {
    expect(object().fence).toBe(null);
    platform.run(platform.now() + 5);
    const { fence } = object({ signalled: true });
    expect(fence?.signalled).toBe(true);
    expect(fence?.timestamp).toBe(platform.now());
  });

  it("SY4: signal and reset exchange the fence, and leave the one that was there alone", () => {
    const [pending] = fences(1);
    const box = object();
    box.replace(pending!.fence);
    box.signal();
    expect(box.find().signalled).toBe(true);
    expect(pending!.fence.signalled).toBe(false);
    const first = box.fence;
    box.signal();
    expect(box.fence).not.toBe(first);
    box.reset();
    expect(box.fence).toBe(null);
  });

  it("SY8: finds what it holds at 0, and nothing at any other point", () => {
    const box = object();
    expect(thrownBy(() => box.find())).toMatchObject({ code: "EINVAL", message: '[SyncObject "object"] is empty' });
    box.signal();
    expect(box.find()).toBe(box.fence);
    expect(thrownBy(() => box.find(1n))).toMatchObject({ code: "EINVAL" });
  });

  it("SY9: answers 0 for its points, whatever it holds", () => {
    const box = object({ signalled: true });
    expect([box.lastSignalled, box.lastSubmitted]).toEqual([0n, 0n]);
  });

  it("takes no fence that nobody has promised yet", () => {
    const ring = new Ring({ name: "r", run: () => "done", cancel: () => {} }, { platform });
    const job = ring.queue("q").job({});
    const box = object();
    expect(thrownBy(() => box.replace(job)).code).toBe("EINVAL");
    expect(thrownBy(() => box.addPoint(1n, job)).code).toBe("EINVAL");
    expect(box.fence).toBe(null);
  });
});

describe("a timeline", () => {
  it("SY6, SY7: a point signals when its fence and everything before it have", () => {
    const [first, second] = fences(2);
    const box = object();
    box.addPoint(4n, first!.fence);
    box.addPoint(7n, second!.fence);
    const [four, seven] = [box.find(4n), box.find(7n)];
    second!.signal();
    expect([four.signalled, seven.signalled, box.lastSignalled, box.lastSubmitted]).toEqual([false, false, 0n, 7n]);
    first!.signal();
    expect([four.signalled, seven.signalled, box.lastSignalled]).toEqual([true, true, 7n]);
    box.signalPoint(9n);
    expect([box.lastSignalled, box.lastSubmitted]).toEqual([9n, 9n]);
  });

  it("SY8: what lies between two points is served by the later one; what has signalled, by a stub", () => {
    const [first, second] = fences(2);
    const box = object();
    box.addPoint(4n, first!.fence);
    box.addPoint(7n, second!.fence);
    expect(box.find(5n)).toBe(box.fence);
    expect(box.find(1n)).toBe(box.find(4n));
    expect(thrownBy(() => box.find(8n))).toMatchObject({
      code: "EINVAL",
      message: '[SyncObject "object"] has no point 8: the last one submitted is 7',
    });
    first!.signal();
    expect(box.find(2n)).toBe(stubFence());
  });

  it("CH2: a point out of order is lifted to the highest, in a timeline of its own", () => {
    const [first, second] = fences(2);
    const box = object();
    box.addPoint(5n, first!.fence);
    const { context } = box.find();
    box.addPoint(3n, second!.fence);
    expect([box.lastSubmitted, box.lastSignalled]).toEqual([5n, 0n]);
    expect(box.find().context).not.toBe(context);
    second!.signal();
    expect(box.find(3n).signalled).toBe(false);
    first!.signal();
    expect(box.find(3n).signalled).toBe(true);
  });

  it("SY9: with points out of order only those of the newest timeline are known", () => {
    const [first, second] = fences(2);
    const box = object();
    box.signalPoint(2n);
    box.addPoint(5n, first!.fence);
    expect(box.lastSignalled).toBe(2n);
    box.addPoint(3n, second!.fence);
    expect(box.lastSignalled).toBe(0n);
    first!.signal();
    second!.signal();
    expect(box.lastSignalled).toBe(5n);
  });

  it("Q33: an ordered object refuses a point that is not above every other, and nothing has happened", () => {
    const box = object({ ordered: true });
    box.signalPoint(5n);
    for (const point of [5n, 3n, 0n]) {
      const error = thrownBy(() => box.signalPoint(point));
      expect(error.code).toBe("EINVAL");
      expect(error.message).toContain(`point ${point} is not above 5`);
    }
    box.signalPoint(6n);
    expect(box.lastSubmitted).toBe(6n);
    box.reset();
    box.signalPoint(1n);
    expect(box.lastSubmitted).toBe(1n);
  });

  it("a binary fence that was there counts as what comes before", () => {
    const [binary] = fences(1);
    const box = object();
    box.replace(binary!.fence);
    box.signalPoint(5n);
    expect(box.find(5n).signalled).toBe(false);
    binary!.signal();
    expect(box.find(5n).signalled).toBe(true);
  });

  it("points are exact to the last bit, and nothing else is a point", () => {
    const box = object();
    const last = 2n ** 64n - 1n;
    box.signalPoint(last - 1n);
    expect(box.lastSignalled).toBe(last - 1n);
    expect(thrownBy(() => box.find(last)).code).toBe("EINVAL");
    box.signalPoint(last);
    expect([box.lastSignalled, box.find(last).signalled]).toEqual([last, true]);
    for (const wrong of [-1n, last + 1n, 7 as unknown as bigint]) {
      expect(() => box.at(wrong)).toThrow(RangeError);
      expect(() => box.find(wrong)).toThrow(RangeError);
      expect(() => box.signalPoint(wrong)).toThrow(RangeError);
    }
  });
});

describe("a chain that grows for ever", () => {
  it("CH4: keeps nothing of what has signalled", () => {
    const box = object();
    const grow = (from: number, to: number): void => {
      for (let point = from; point < to; point++) box.signalPoint(BigInt(point));
    };
    grow(1, 20_000);
    const before = heapInUse();
    grow(20_000, 120_000);
    expect(heapInUse() - before).toBeLessThan(1_000_000);
  });

  it("CH4: keeps no more for points that signal late, eight behind", () => {
    const box = object();
    const timeline = new ForeignTimeline("late", { platform });
    const pending: DriverFence[] = [];
    const grow = (from: number, to: number): void => {
      for (let point = from; point < to; point++) {
        const next = timeline.fence(point);
        pending.push(next);
        box.addPoint(BigInt(point), next.fence);
        if (pending.length > 8) pending.shift()!.signal();
      }
    };
    grow(1, 20_000);
    const before = heapInUse();
    grow(20_000, 120_000);
    expect(heapInUse() - before).toBeLessThan(1_000_000);
  });

  it("takes linear time while nothing signals", () => {
    const box = object();
    const timeline = new ForeignTimeline("never", { platform });
    for (let point = 1; point <= 100_000; point++) box.addPoint(BigInt(point), timeline.fence(point).fence);
    expect([box.lastSubmitted, box.lastSignalled]).toEqual([100_000n, 0n]);
  });
});
