import { describe, expect, it } from "vitest";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
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

describe("adding a point looks at those before it (SY7, CH4)", () => {
  const pending = (name: string): Fence => new ForeignTimeline(name, { platform }).fence(1).fence;

  it("bug: an array at an old point is found out, as the kernel's is", () => {
    const box = object();
    const [a, b] = fences(2);
    const array = fenceArray([a!.fence, b!.fence]);
    for (let point = 1n; point <= 17n; point++) box.addPoint(point, pending("p"));
    box.addPoint(18n, array);
    for (const point of [19n, 20n]) box.addPoint(point, pending("p"));
    a!.signal();
    b!.signal();
    expect(array.state).toBe("published");
    box.addPoint(21n, pending("p"));
    expect(array.state).toBe("signalled");
  });

  it("bug: so is one in a chain that the object was given, or behind one", () => {
    const [a, b] = fences(2);
    const behind = fenceArray([a!.fence]);
    const inside = fenceArray([b!.fence]);
    const box = object();
    for (let point = 1n; point <= 20n; point++) box.addPoint(point, pending("p"));
    box.replace(chainFence(chainFence(chainFence(behind, inside, 1), pending("p"), 2), pending("p"), 3));
    box.addPoint(4n, pending("p"));
    box.addPoint(5n, pending("p"));
    b!.signal();
    box.addPoint(6n, pending("p"));
    expect([inside.state, behind.state]).toEqual(["signalled", "published"]);
    a!.signal();
    box.addPoint(7n, pending("p"));
    expect(behind.state).toBe("signalled");
  });

  it("asks an issuer that can be asked at each point, until it has answered", () => {
    const box = object();
    let asked = 0;
    const poll = (): boolean => ++asked === 5;
    box.addPoint(1n, new ForeignTimeline("asked", { platform }).fence(1, { poll }).fence);
    const counts: number[] = [];
    for (let point = 2n; point <= 9n; point++) {
      box.addPoint(point, pending("p"));
      counts.push(asked);
    }
    // Point 2 looks at what is before point 1.
    expect(counts).toEqual([0, 1, 2, 3, 4, 5, 5, 5]);
  });

  it("takes linear time when nobody is left to ask", () => {
    const box = object();
    const timeline = new ForeignTimeline("never", { platform });
    const asked = new ForeignTimeline("asked", { platform }).fence(1, { poll: () => false });
    box.addPoint(1n, asked.fence);
    asked.signal();
    for (let point = 2; point <= 100_000; point++) box.addPoint(BigInt(point), timeline.fence(point).fence);
    expect(box.lastSubmitted).toBe(100_000n);
  });
});

describe("the clock of a sync object", () => {
  it("bug: is that of its points, whatever the first of them is", async () => {
    const [a] = fences(1);
    const box = object();
    box.signalPoint(1n);
    box.addPoint(2n, a!.fence);
    const wait = box.find(2n).wait({ timeout: 100 });
    expect(platform.idle).toBe(false);
    platform.run();
    await expect(wait).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });
});
