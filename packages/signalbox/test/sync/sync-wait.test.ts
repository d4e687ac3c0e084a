import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { chainFence } from "../../src/fence/chain.ts";
import { deliver } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { mergeFences } from "../../src/fence/merge.ts";
import type { FenceOps } from "../../src/fence/ops-fence.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { waitAll, waitAny } from "../../src/sync/sync-wait.ts";
import type { SyncWaitOptions } from "../../src/sync/sync-wait.ts";
import { thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const object = (name = "box"): SyncObject => new SyncObject({ name, platform });
const fenceOf = (name: string) => new ForeignTimeline(name, { platform }).fence(1);
const holding = (fence: Fence): SyncObject => {
  const box = object(fence.timelineName);
  box.replace(fence);
  return box;
};
/** Whether anything is left of a wait: a timer, somebody who waits for a submission, a registration. */
const leftovers = (objects: readonly SyncObject[], fences: readonly Fence[] = []): number =>
  (platform.idle ? 0 : 1) +
  objects.reduce((sum, { _awaited }) => sum + _awaited, 0) +
  fences.filter(({ _registrations }) => _registrations !== null).length;

describe("waiting for any", () => {
  it("answers the first that has signalled when it begins", async () => {
    const [a, b] = [fenceOf("a"), fenceOf("b")];
    b.signal();
    const objects = [holding(a.fence), holding(b.fence), holding(b.fence)];
    const points = objects.map((box) => box.at());
    expect(await waitAny(points, { timeout: 0 })).toBe(1);
    expect(leftovers(objects, [a.fence, b.fence])).toBe(0);
  });

  it("SY14: answers the lowest of those that signal together", async () => {
    const made = ["a", "b", "c"].map(fenceOf);
    const objects = made.map(({ fence }) => holding(fence));
    const waiting = waitAny(objects.map((box) => box.at()));
    deliver(() => {
      made[2]!.signal();
      made[1]!.signal();
    });
    expect(await waiting).toBe(1);
    expect(leftovers(objects, [made[0]!.fence])).toBe(0);
  });

  it("a point that failed has signalled", async () => {
    const a = fenceOf("a");
    const waiting = waitAny([holding(a.fence).at()]);
    a.fail(errno.EIO);
    expect(await waiting).toBe(0);
  });

  it("throws EINVAL for no points, and for a missing point wherever it stands; nothing is left of it", () => {
    const [empty, full] = [object(), object()];
    full.signal();
    expect(thrownBy(() => void waitAny([])).code).toBe("EINVAL");
    for (const points of [
      [empty.at(), full.at()],
      [full.at(), empty.at()],
      [full.at(), full.at(1n)],
    ]) {
      expect(thrownBy(() => void waitAny(points)).code).toBe("EINVAL");
      expect(thrownBy(() => void waitAll(points)).code).toBe("EINVAL");
    }
    expect(leftovers([empty, full])).toBe(0);
  });
});

describe("waiting for all", () => {
  it("needs every one, and answers the first that had signalled at the beginning", async () => {
    const made = ["a", "b", "c"].map(fenceOf);
    const points = made.map(({ fence }) => holding(fence).at());
    made[1]!.signal();
    let done = false;
    const waiting = waitAll(points).finally(() => {
      done = true;
    });
    made[0]!.signal();
    await Promise.resolve();
    expect(done).toBe(false);
    made[2]!.signal();
    expect(await waiting).toBe(1);
    expect(await waitAll(points)).toBe(0);
  });

  it("answers -1 when none had, and at once for no points", async () => {
    const a = fenceOf("a");
    const waiting = waitAll([holding(a.fence).at()]);
    a.signal();
    expect(await waiting).toBe(-1);
    expect(await waitAll([])).toBe(-1);
  });

  it("the same point may come twice", async () => {
    const a = fenceOf("a");
    const box = holding(a.fence);
    const waiting = waitAll([box.at(), box.at()]);
    a.signal();
    expect(await waiting).toBe(-1);
  });
});

describe("waiting for a submission", () => {
  it("SY13: with forSubmit a missing point is waited for, and then its fence", async () => {
    const [box, a] = [object(), fenceOf("a")];
    let done = false;
    const waiting = box.wait(5n, { forSubmit: true }).finally(() => {
      done = true;
    });
    box.signal();
    box.addPoint(3n, a.fence);
    box.addPoint(7n, a.fence);
    await Promise.resolve();
    expect([done, box._awaited]).toEqual([false, 0]);
    a.signal();
    await waiting;
  });

  it("SY15: the first fence that was submitted is kept; reset and replace are not seen", async () => {
    const [box, a, b] = [object(), fenceOf("a"), fenceOf("b")];
    const waiting = box.wait(0n, { forSubmit: true });
    box.reset();
    box.replace(a.fence);
    box.replace(b.fence);
    box.reset();
    a.signal();
    await waiting;
  });

  it("SY13, SY17: with available the submission is enough, signalled or not", async () => {
    const boxes = [object(), object()];
    const points = boxes.map((box) => box.at(1n));
    const [any, all] = [waitAny(points, { available: true }), waitAll(points, { available: true })];
    const a = fenceOf("a");
    boxes[1]!.addPoint(1n, a.fence);
    expect(await any).toBe(1);
    boxes[0]!.addPoint(2n, a.fence);
    expect(await all).toBe(-1);
    expect(await waitAll(points, { available: true, timeout: 0 })).toBe(0);
    expect(leftovers(boxes, [a.fence])).toBe(0);
  });

  it("a point that signals in the same breath as it is submitted is found", async () => {
    const box = object();
    const waiting = box.wait(1n, { forSubmit: true });
    box.signalPoint(1n);
    await waiting;
  });
});

describe("the limits of a wait", () => {
  const attempts: [string, SyncWaitOptions, number][] = [
    ["a timeout", { timeout: 50 }, 50],
    ["a time", { until: 0 }, 0],
    ["nothing but a look", { timeout: 0 }, 0],
  ];
  it.each(attempts)("ETIME after %s, and nothing is left", async (_name, limits, takes) => {
    const a = fenceOf("a");
    const boxes = [holding(a.fence), object("empty")];
    const points = boxes.map((box) => box.at());
    const began = platform.now();
    const waits = [waitAny(points, { ...limits, forSubmit: true }), waitAll(points, { ...limits, forSubmit: true })];
    const failures = Promise.allSettled(waits);
    platform.run();
    expect(platform.now() - began).toBe(takes);
    for (const outcome of await failures) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "ETIME" } });
      expect(outcome).toHaveProperty(
        "reason.message",
        'Not signalled in time: point 0 of [SyncObject "a"], point 0 of [SyncObject "empty"]',
      );
    }
    expect(leftovers(boxes, [a.fence])).toBe(0);
  });

  it("an absolute time is one on the platform's clock", async () => {
    const box = object();
    const waiting = box.wait(0n, { forSubmit: true, until: platform.now() + 20 });
    const began = platform.now();
    platform.run();
    expect(platform.now() - began).toBe(20);
    await expect(waiting).rejects.toMatchObject({ code: "ETIME" });
  });

  it("an abort ends it with its reason, before or during the wait, and nothing is left", async () => {
    const a = fenceOf("a");
    const boxes = [holding(a.fence), object("empty")];
    const points = boxes.map((box) => box.at());
    const abort = new AbortController();
    const waiting = waitAll(points, { signal: abort.signal, timeout: 1_000, forSubmit: true });
    expect(leftovers(boxes, [a.fence])).toBe(3);
    abort.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    expect(leftovers(boxes, [a.fence])).toBe(0);
    await expect(waitAny(points, { signal: abort.signal, timeout: 0, forSubmit: true })).rejects.toBe("enough");
    a.signal();
    expect(await waitAny(points, { signal: abort.signal, forSubmit: true })).toBe(0);
    expect(leftovers(boxes, [a.fence])).toBe(0);
  });

  it("a wait that has its answer is not aborted any more, and has no listener left", async () => {
    const a = fenceOf("a");
    const abort = new AbortController();
    let listeners = 0;
    const { signal } = abort;
    const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
    const remove = signal.removeEventListener.bind(signal) as (...args: unknown[]) => void;
    signal.addEventListener = (...args: unknown[]) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      listeners--;
      remove(...args);
    };
    const waiting = holding(a.fence).wait(0n, { signal });
    expect(listeners).toBe(1);
    a.signal();
    expect(listeners).toBe(0);
    abort.abort();
    await waiting;
  });

  it("limits that are none are refused at the call", () => {
    const box = object();
    const refused = (options: SyncWaitOptions) => thrownBy(() => void box.wait(0n, { forSubmit: true, ...options }));
    expect(refused({ timeout: 1, until: 1 })).toMatchObject({ code: "EINVAL" });
    for (const limit of [{ timeout: -1 }, { timeout: NaN }, { until: NaN }, { deadline: Infinity }]) {
      expect(refused(limit)).toBeInstanceOf(RangeError);
    }
    expect(leftovers([box])).toBe(0);
  });
});

describe("what a wait tells the issuer", () => {
  const hinted = () => {
    const hints: number[] = [];
    const timeline = new ForeignTimeline("hinted", { platform });
    const { fence } = timeline.fence(1, { setDeadline: (_fence, time) => void hints.push(time) });
    return { fence, hints };
  };

  it("SY18: a deadline is hinted to what is pending when the wait begins, also if it only looks", async () => {
    const { fence, hints } = hinted();
    const points = [holding(fence).at()];
    await expect(waitAny(points, { deadline: 70, timeout: 0 })).rejects.toMatchObject({ code: "ETIME" });
    expect(hints).toEqual([70]);
    await waitAll(points, { deadline: 80, available: true });
    expect(hints).toEqual([70]);
  });

  it("SY18: nobody is hurried for the sake of a wait that has its answer", async () => {
    const { fence, hints } = hinted();
    const signalled = object();
    signalled.signal();
    expect(await waitAny([signalled.at(), holding(fence).at()], { deadline: 7 })).toBe(0);
    expect(hints).toEqual([]);
    await expect(waitAll([signalled.at(), holding(fence).at()], { deadline: 7, timeout: 0 })).rejects.toThrow();
    expect(hints).toEqual([7]);
  });

  it("F20: whoever comes after the one that turns out to be signalled is not told", async () => {
    let told = 0;
    const timeline = new ForeignTimeline("t", { platform });
    const done = timeline.fence(1, { enableSignalling: () => false });
    const pending = timeline.fence(2, { enableSignalling: () => ++told > 0 });
    const points = [done, pending].map(({ fence }) => holding(fence).at());
    expect(await waitAny(points)).toBe(0);
    expect(told).toBe(0);
    await expect(waitAll(points, { timeout: 0 })).rejects.toMatchObject({ code: "ETIME" });
    expect(told).toBe(1);
  });

  it("F20: a container that was waited for knows of its members' errors, however the wait ended", async () => {
    const [a, b] = [fenceOf("a"), fenceOf("b")];
    const both = mergeFences([a.fence, b.fence]);
    await expect(waitAny([holding(both).at()], { timeout: 0 })).rejects.toMatchObject({ code: "ETIME" });
    a.fail(errno.EIO);
    b.signal();
    expect(both.status).toBe(errno.EIO);
  });
});

describe("what issuers may do while a wait begins", () => {
  /** A fence that its device gets past after it was asked so many times. */
  const past =
    (questions: number, ops: FenceOps = {}) =>
    (): Fence => {
      let asked = 0;
      const timeline = new ForeignTimeline("device", { platform });
      return timeline.fence(1, { poll: () => ++asked > questions, ...ops }).fence;
    };

  const setDeadline = (): void => {};
  it.each([
    ["it looks for the first", past(1), undefined],
    ["it looks for the first, and hurries it", past(1, { setDeadline }), 5],
    ["it is hurried", past(2, { setDeadline }), 5],
  ])("bug: a fence that turns out to be signalled when %s is not missed", async (_, make, deadline) => {
    for (const wait of [waitAll, waitAny]) {
      const fence = make();
      const box = holding(fence);
      const over = wait([box.at()], { timeout: 10, ...(deadline === undefined ? {} : { deadline }) });
      expect([fence.state, leftovers([box], [fence])]).toEqual(["signalled", 0]);
      await over;
    }
  });

  it("bug: a fence that signals another's when it is told of the wait ends both waits", async () => {
    const other = fenceOf("other");
    const timeline = new ForeignTimeline("telling", { platform });
    const telling = timeline.fence(1, { enableSignalling: () => other.signal() && false });
    const objects = [holding(telling.fence), holding(other.fence)];
    await waitAll(
      objects.map((box) => box.at()),
      { timeout: 10 },
    );
    expect(leftovers(objects)).toBe(0);
  });

  it("bug: a point that is submitted meanwhile is watched once", async () => {
    const [late, other] = [object("late"), fenceOf("other")];
    const timeline = new ForeignTimeline("telling", { platform });
    const poll = (): boolean => {
      late.replace(other.fence);
      return false;
    };
    const telling = timeline.fence(1, { poll });
    const points = [late, holding(telling.fence)].map((box) => box.at());
    const controller = new AbortController();
    const over = waitAll(points, { forSubmit: true, signal: controller.signal });
    controller.abort("stop");
    await expect(over).rejects.toBe("stop");
    expect(leftovers([late], [other.fence, telling.fence])).toBe(0);
  });

  /** An object, and the chain whose first fence's issuer puts a newer one in as soon as it is asked. */
  function exchanged() {
    const box = object("box");
    const newer = fenceOf("newer").fence;
    let again = true;
    const poll = (): boolean => {
      if (again && box.fence !== null) {
        again = false;
        box.replace(chainFence(null, newer, 9));
      }
      return false;
    };
    const asked = new ForeignTimeline("asked", { platform }).fence(1, { poll }).fence;
    return { box, newer, asked, chain: chainFence(chainFence(null, asked, 1), fenceOf("older").fence, 2) };
  }

  it("bug: who was told of the fence that an issuer put in is not told of the one before it (SY15)", async () => {
    const { box, newer, asked, chain } = exchanged();
    const wait = waitAny([box.at(1n)], { forSubmit: true, timeout: 10 });
    box.replace(chain);
    expect([asked.enabled, newer.enabled]).toEqual([false, true]);
    platform.run();
    await expect(wait).rejects.toMatchObject({ code: "ETIME" });
    expect(leftovers([box], [asked, box.fence!])).toBe(0);
  });

  it("bug: a point whose object was changed meanwhile counts once", async () => {
    const { box, chain } = exchanged();
    const never = object("never");
    const wait = waitAll([box.at(1n), never.at(1n)], { available: true, timeout: 10 });
    box.replace(chain);
    platform.run();
    await expect(wait).rejects.toMatchObject({ code: "ETIME" });
    expect(leftovers([box, never])).toBe(0);
  });

  it("an abort while an issuer is told of the wait is not lost", async () => {
    const controller = new AbortController();
    const enableSignalling = (): boolean => {
      controller.abort("stop");
      return true;
    };
    const telling = new ForeignTimeline("telling", { platform }).fence(1, { enableSignalling });
    const box = holding(telling.fence);
    await expect(box.wait(0n, { signal: controller.signal })).rejects.toBe("stop");
    expect(leftovers([box], [telling.fence])).toBe(0);
  });
});
