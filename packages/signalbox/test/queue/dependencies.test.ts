import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { ARMED, FRESH, PUBLISHED, SIGNALLED } from "../../src/fence/state.ts";
import { TimelineCore } from "../../src/fence/timeline-core.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import {
  SCAN_UP_TO,
  addDependency,
  clearDependencies,
  firstFailed,
  firstFresh,
  settleDependencies,
} from "../../src/queue/dependencies.ts";
import type { Dependent } from "../../src/queue/dependencies.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";

const platform = new SimPlatform({ auto: false });
const emptySet = (): Dependent => ({ _dependency: null, _others: null, _superseded: null });
const members = (set: Dependent): Fence[] =>
  set._dependency === null ? [] : [set._dependency, ...(set._others ?? [])];
const timelines = (count: number): Timeline[] =>
  Array.from({ length: count }, (_, index) => new Timeline(`t${index}`, { platform }));

describe("a dependency set", () => {
  it("Q17: keeps one fence of each timeline, the latest, in whatever order they come", () => {
    const t = timelines(1)[0]!;
    const [one, two, three] = [t.fence().fence, t.fence().fence, t.fence().fence];
    const set = emptySet();
    for (const fence of [two, one, three, two, three]) addDependency(set, fence);
    expect(members(set)).toEqual([three]);
  });

  it("Q17: keeps the fence that was there when seqnos are equal", () => {
    const core = new TimelineCore("twice", "test", platform);
    for (const before of [0, 3, SCAN_UP_TO + 3]) {
      const set = emptySet();
      for (const t of timelines(before)) addDependency(set, t.fence().fence);
      const [present, equal] = [new Fence(core, 7, PUBLISHED), new Fence(core, 7, PUBLISHED)];
      addDependency(set, present);
      addDependency(set, equal);
      settleDependencies(set, null, null);
      expect(members(set)).toContain(present);
      expect(members(set)).not.toContain(equal);
    }
  });

  it("bug: F9: an error that is stored for a signal to come is no failure yet, of a fence that signals out of order", () => {
    const { ring, driver, work, platform: clock } = bench();
    const remote = new ForeignTimeline("remote", { platform: clock });
    const [early, late] = [remote.fence(1), remote.fence(2)];
    submit(ring.queue("q").job({ label: "j", after: [early.fence, late.fence] }));
    early.setError(errno.EIO);
    late.signal();
    work();
    expect(driver.calls).toEqual(["run j", "flush"]);
  });

  it("F4, Q17: tells seqnos apart that a number can't hold, and so loses no wait", () => {
    const remote = new ForeignTimeline("remote", { platform });
    for (const before of [0, 3, SCAN_UP_TO + 3]) {
      const set = emptySet();
      for (const t of timelines(before)) addDependency(set, t.fence().fence);
      const [early, late] = [2n ** 60n, 2n ** 60n + 1n].map((seqno) => remote.fence(seqno).fence);
      for (const fence of [early!, late!, early!]) addDependency(set, fence);
      settleDependencies(set, null, null);
      expect(members(set).slice(before)).toEqual([late]);
    }
  });

  it("F7, Q17: the latest of a timeline of 32 bits is the latest across the wrap", () => {
    const core = new TimelineCore("narrow", "test", platform, 32);
    for (const before of [0, 3, SCAN_UP_TO + 3]) {
      const set = emptySet();
      for (const t of timelines(before)) addDependency(set, t.fence().fence);
      const [early, late] = [new Fence(core, 0xffff_fffe, PUBLISHED), new Fence(core, 3, PUBLISHED)];
      for (const fence of [early, late, early]) addDependency(set, fence);
      settleDependencies(set, null, null);
      expect(members(set).filter((fence) => fence._timeline === core)).toEqual([late]);
    }
  });

  it("Q36: what has signalled without an error vanishes when it is added; a failure stays", () => {
    const [a, b] = timelines(2);
    const [good, bad] = [a!.fence(), b!.fence()];
    good.signal();
    bad.fail(errno.EIO);
    const set = emptySet();
    addDependency(set, good.fence);
    expect(members(set)).toEqual([]);
    addDependency(set, bad.fence);
    expect([members(set), firstFailed(set)]).toEqual([[bad.fence], bad.fence]);
  });

  it("Q36: not just the flag counts: the issuer is asked", () => {
    const one = timelines(1)[0]!.fence({ poll: () => true });
    const set = emptySet();
    addDependency(set, one.fence);
    expect([members(set), one.fence.state]).toEqual([[], "signalled"]);
  });

  it("Q36: what has signalled since it was added goes when the set is settled, as does the past of the own queue (Q15)", () => {
    const all = timelines(4);
    const ones = all.map((t) => t.fence());
    const own = ones[2]!.fence._timeline;
    const set = emptySet();
    for (const { fence } of ones) addDependency(set, fence);
    ones[0]!.signal();
    settleDependencies(set, own, null);
    expect(members(set)).toEqual([ones[1]!.fence, ones[3]!.fence]);
    settleDependencies(set, null, null);
    expect(members(set)).toEqual([ones[1]!.fence, ones[3]!.fence]);
  });

  it("fences without a seqno are told apart by identity, and merge when they have one", () => {
    const core = new TimelineCore("mates", "test", platform);
    const other = new TimelineCore("other", "test", platform);
    const mates = [0, 1, 2].map(() => new Fence(core, 0, FRESH));
    const set = emptySet();
    for (const fence of [mates[0]!, mates[1]!, new Fence(other, 1, PUBLISHED), mates[0]!, mates[1]!, mates[2]!])
      addDependency(set, fence);
    expect(members(set)).toHaveLength(4);
    expect(firstFresh(set)).toBe(mates[0]);
    // Armed in another order than they were added.
    [2, 0, 1].forEach((index, place) => {
      mates[index]!._seqno = place + 1;
      mates[index]!._state = ARMED;
    });
    settleDependencies(set, null, null);
    expect(members(set).filter((fence) => fence._timeline === core)).toEqual([mates[1]]);
    expect([members(set).length, firstFresh(set)]).toEqual([2, null]);
  });

  it("the first failure is found wherever it is", () => {
    for (const at of [0, 1, 5, 40]) {
      const ones = timelines(41).map((t) => t.fence());
      const set = emptySet();
      for (const { fence } of ones) addDependency(set, fence);
      expect(firstFailed(set)).toBeNull();
      ones.forEach((one, index) => {
        if (index < at) one.signal();
        else one.fail(errno.EIO);
      });
      expect(firstFailed(set)).toBe(ones[at]!.fence);
    }
  });

  it("cleared it is empty", () => {
    const set = emptySet();
    for (const t of timelines(20)) addDependency(set, t.fence().fence);
    clearDependencies(set);
    expect([members(set), firstFailed(set), firstFresh(set)]).toEqual([[], null, null]);
  });
});

describe("a dependency set beside a naive one", () => {
  // Timelines around the threshold. On each, all up to a watermark has signalled; the watermarks rise between two
  // rounds of adding, and what had no seqno in the first round has one in the second.
  const COUNT = SCAN_UP_TO + 9;
  const additions = (maxLength: number) =>
    fc.array(fc.record({ at: fc.nat(COUNT - 1), seqno: fc.integer({ min: 1, max: 6 }), fresh: fc.boolean() }), {
      maxLength,
      size: "max",
    });
  const watermarks = fc.array(fc.nat(6), { minLength: COUNT, maxLength: COUNT });

  it("Q1, Q17, Q36: holds the same fences, after adding and after settling", () => {
    fc.assert(
      fc.property(
        additions(150),
        additions(60),
        watermarks,
        watermarks,
        fc.option(fc.nat(COUNT - 1)),
        fc.boolean(),
        (first, second, before, rise, ownAt, foundAtArm) => {
          const cores = Array.from({ length: COUNT }, (_, index) => new TimelineCore(`t${index}`, "test", platform));
          const known = new Map<string, Fence>();
          const set = emptySet();
          let model: Fence[] = [];
          const moot = (fence: Fence): boolean => fence._state === SIGNALLED;
          const signal = (fence: Fence, watermark: number): void => {
            if (fence._state !== FRESH && fence._seqno <= watermark) fence._state = SIGNALLED;
          };
          const found: Fence[] | null = foundAtArm ? [] : null;
          let put = (fence: Fence): void => addDependency(set, fence);
          const add = (at: number, seqno: number, fresh: boolean, watermark: number): void => {
            const key = `${at} ${fresh ? "fresh" : ""} ${seqno}`;
            let fence = known.get(key);
            if (fence === undefined) {
              fence = new Fence(cores[at]!, fresh ? 0 : seqno, fresh ? FRESH : PUBLISHED);
              signal(fence, watermark);
              known.set(key, fence);
            }
            put(fence);
            if (!moot(fence)) model.push(fence);
          };
          for (const { at, seqno, fresh } of first) add(at, seqno, fresh, before[at]!);
          const after = before.map((watermark, at) => watermark + rise[at]!);
          const armed = new Map<TimelineCore, number>();
          for (const fence of known.values()) {
            if (fence._state === FRESH) {
              const count = (armed.get(fence._timeline) ?? 0) + 1;
              armed.set(fence._timeline, count);
              fence._seqno = 100 + count;
              fence._state = PUBLISHED;
            }
            signal(fence, after[cores.indexOf(fence._timeline)]!);
          }
          // What sources and slots stand for comes at arm, without what is moot.
          if (found !== null) {
            put = (fence) => {
              if (!moot(fence)) found.push(fence);
            };
          }
          for (const { at, seqno } of second) add(at, seqno, false, after[at]!);
          const own = ownAt === null ? null : cores[ownAt]!;
          settleDependencies(set, own, found);
          model = model.filter((fence) => fence._timeline !== own && !moot(fence));
          const latest = new Map<number, number>();
          for (const { context, seqno } of model) latest.set(context, Math.max(latest.get(context) ?? 0, seqno));
          const kept = members(set);
          expect(new Map(kept.map(({ context, seqno }) => [context, seqno]))).toEqual(latest);
          expect(kept).toHaveLength(latest.size);
          expect(kept.every((fence) => model.includes(fence))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("the dependencies of a job", () => {
  it("Q15: the past of its own queue is free: the job starts while an earlier one runs", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const first = queue.job({ label: "first" });
    const second = queue.job({ label: "second", after: first });
    submit(first, second);
    work();
    expect(driver.called("run")).toEqual(["first", "second"]);
  });

  it("Q15: where a driver's jobs overlap it is waited for as any other", () => {
    const { ring, driver, work } = bench({ overlaps: true });
    const queue = ring.queue("q");
    const first = queue.job({ label: "first" });
    const second = queue.job({ label: "second", after: first });
    submit(first, second);
    work();
    expect(driver.called("run")).toEqual(["first"]);
    driver.complete(first);
    work();
    expect(driver.called("run")).toEqual(["first", "second"]);
  });

  it("Q16: the head is looked at once, whatever the order in which its dependencies signal", () => {
    const { ring, driver, work, platform: clock } = bench();
    const ones = Array.from({ length: 20 }, (_, i) => new Timeline(`t${i}`, { platform: clock }).fence());
    submit(ring.queue("q").job({ label: "j", after: ones.map(({ fence }) => fence) }));
    work();
    for (const one of [...ones].reverse().slice(1)) one.signal();
    expect(clock.idle).toBe(true);
    ones.at(-1)!.signal();
    expect(clock.idle).toBe(false);
    work();
    expect(driver.called("run")).toEqual(["j"]);
  });

  it("a queue's registrations are used again, with more and with fewer dependencies", () => {
    const { ring, driver, work, platform: clock } = bench();
    const queue = ring.queue("q");
    const ran: string[] = [];
    for (const count of [1, 5, 2, 20, 3]) {
      const ones = Array.from({ length: count }, (_, i) => new Timeline(`t${i}`, { platform: clock }).fence());
      submit(queue.job({ label: `${count}`, after: ones.map(({ fence }) => fence) }));
      for (const one of ones) {
        work();
        expect(driver.called("run")).toEqual(ran);
        one.signal();
      }
      work();
      ran.push(`${count}`);
      expect(driver.called("run")).toEqual(ran);
      driver.complete();
    }
  });

  it("promise 4: a dependency's issuer that signals another one when it is told of the wait starts no job early", () => {
    const { ring, driver, work, platform: clock } = bench();
    const early = new Timeline("early", { platform: clock }).fence();
    const late = new Timeline("late", { platform: clock }).fence({ enableSignalling: () => early.signal() });
    submit(ring.queue("q").job({ label: "j", after: [early.fence, late.fence] }));
    work();
    expect([early.fence.signalled, late.fence.signalled, driver.called("run")]).toEqual([true, false, []]);
    late.signal();
    work();
    expect(driver.called("run")).toEqual(["j"]);
  });

  it("promise 4: nor one that does so in the middle of many", () => {
    const { ring, driver, work, platform: clock } = bench();
    const before = [0, 1, 2].map((i) => new Timeline(`before${i}`, { platform: clock }).fence());
    const middle = new Timeline("middle", { platform: clock }).fence({ enableSignalling: () => before[0]!.signal() });
    const after = [0, 1].map((i) => new Timeline(`after${i}`, { platform: clock }).fence());
    const all = [...before, middle, ...after];
    submit(ring.queue("q").job({ label: "j", after: all.map(({ fence }) => fence) }));
    for (const one of all) {
      work();
      expect(driver.called("run")).toEqual([]);
      one.signal();
    }
    work();
    expect(driver.called("run")).toEqual(["j"]);
  });
});
