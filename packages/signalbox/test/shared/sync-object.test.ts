/** A sync object handed on: the owner's and the reader's end in one thread. */
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { errno } from "../../src/errors.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { isAwake } from "../../src/shared/awake.ts";
import { waitBlocking } from "../../src/shared/blocking.ts";
import { DriverSyncObject } from "../../src/shared/driver-sync-object.ts";
import { openFence, shareFence } from "../../src/shared/share-fence.ts";
import { openSyncObject } from "../../src/shared/shared-sync-object.ts";
import { linkThread } from "../../src/shared/thread-link.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { waitAll, waitAny } from "../../src/sync/sync-wait.ts";
import { noting } from "../support/notes.ts";

function pair(): { ours: DriverSyncObject; theirs: SyncObject } {
  const ours = new DriverSyncObject("frames");
  return { ours, theirs: openSyncObject(structuredClone(ours.handle)) };
}

afterEach(() => {
  expect(isAwake()).toBe(false);
});

describe("a timeline", () => {
  test("is the same on both sides, point by point", () => {
    const { ours, theirs } = pair();
    expect([theirs.name, theirs.fence, theirs.lastSignalled, theirs.lastSubmitted]).toEqual(["frames", null, 0n, 0n]);
    expect(() => theirs.find(1n)).toThrow(expect.objectContaining({ code: "EINVAL" }));
    const timeline = new Timeline("work");
    const [five, ten] = [timeline.fence(), timeline.fence()];
    ours.addPoint(5n, five.fence);
    ours.addPoint(10n, ten.fence);
    expect([theirs.lastSignalled, theirs.lastSubmitted]).toEqual([0n, 10n]);
    const [three, seven, head] = [theirs.find(3n), theirs.find(7n), theirs.find()];
    five.signal();
    expect([theirs.lastSignalled, three.signalled, seven.signalled, head.signalled]).toEqual([5n, true, false, false]);
    ten.signal();
    expect([theirs.lastSignalled, seven.signalled, head.signalled]).toEqual([10n, true, true]);
    expect(() => theirs.find(11n)).toThrow("has no point 11");
  });

  test("signals in order on the other side, in whatever order its fences do", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }),
        fc.integer({ min: 0, max: 8 }),
        (order, fails) => {
          const { ours, theirs } = pair();
          const fences = order.map((_, i) => new Timeline(`work ${i}`).fence());
          fences.forEach(({ fence }, i) => ours.addPoint(BigInt(i + 1), fence));
          const seen = fences.map((_, i) => theirs.find(BigInt(i + 1)));
          const signalled = new Set<number>();
          for (const number of order) {
            if (number === fails) fences[number - 1]!.fail(errno.EIO);
            else fences[number - 1]!.signal();
            signalled.add(number);
            const through = fences.findIndex((_, i) => !signalled.has(i + 1));
            expect(theirs.lastSignalled).toBe(BigInt(through < 0 ? 8 : through));
            expect(seen.map((fence) => fence.signalled)).toEqual(seen.map((_, i) => i < Number(theirs.lastSignalled)));
          }
          // Q32: the first failure of the points up to it.
          expect(seen.map((fence) => fence.error)).toEqual(
            seen.map((_, i) => (fails > 0 && i + 1 >= fails ? errno.EIO : 0)),
          );
        },
      ),
    );
  });

  test("is waited for before it is submitted, together with objects of this thread, and by a registration", async () => {
    const { ours, theirs } = pair();
    const local = new SyncObject();
    const notes: string[] = [];
    theirs.notify(noting(notes, "available"), 2n, { available: true });
    theirs.notify(noting(notes, "signalled"), 2n);
    const cancelled = noting(notes, "never");
    theirs.notify(cancelled, 2n);
    cancelled.cancel();
    const all = waitAll([theirs.at(2n), local.at()], { forSubmit: true });
    const any = waitAny([local.at(), theirs.at(1n)], { forSubmit: true });
    const submitted = theirs.at(2n).submitted();
    expect(isAwake()).toBe(true);
    const work = new Timeline("work").fence();
    ours.addPoint(2n, work.fence);
    expect((await submitted).signalled).toBe(false);
    expect(notes).toEqual(["available"]);
    work.signal();
    expect(await any).toBe(1);
    expect(notes).toEqual(["available", "signalled"]);
    local.signal();
    await all;
  });

  test("gives up a wait and leaves nothing", async () => {
    const { theirs } = pair();
    await expect(theirs.at(2n).wait({ forSubmit: true, timeout: 1 })).rejects.toMatchObject({ code: "ETIME" });
    await expect(theirs.at(2n).submitted({ timeout: 0 })).rejects.toMatchObject({ code: "ETIME" });
    expect(theirs._awaited).toBe(0);
    expect(() => theirs.at(2n).wait()).toBeDefined();
  });

  test("stays a timeline, and in order", () => {
    const { ours, theirs } = pair();
    ours.signal();
    expect(theirs.find().signalled).toBe(true);
    ours.signalPoint(4n);
    for (const call of [
      () => ours.signal(),
      () => ours.reset(),
      () => ours.replace(null),
      () => ours.at()._prepare(),
      () => ours.signalPoint(4n),
      () => ours.at(3n)._prepare(),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: "EINVAL" }));
    }
    expect([theirs.lastSignalled, theirs.lastSubmitted, theirs.find().signalled]).toEqual([4n, 4n, true]);
  });

  test("takes a job's done fence as any other does", () => {
    const { ours, theirs } = pair();
    const done = new Timeline("queue").fence();
    const dropped = ours.at(1n)._prepare();
    dropped._drop();
    ours.at(2n)._prepare()._publish(done.fence);
    expect(theirs.lastSubmitted).toBe(2n);
    expect(theirs.at(2n)._fences()).toMatchObject([{ timelineName: "frames", point: 2n }]);
    done.signal();
    expect(theirs.lastSignalled).toBe(2n);
  });
});

describe("a binary object", () => {
  test("is empty, holds a fence, and another, and is empty again; who found a fence keeps it", () => {
    const { ours, theirs } = pair();
    expect(() => theirs.find()).toThrow("is empty");
    const [first, second] = [new Timeline("first").fence(), new Timeline("second").fence()];
    ours.replace(first.fence);
    const one = theirs.find();
    expect(theirs.find()).toBe(one);
    ours.replace(second.fence);
    const two = theirs.find();
    expect(two).not.toBe(one);
    second.fail(errno.EIO);
    expect([one.signalled, two.signalled, two.error]).toEqual([false, true, errno.EIO]);
    ours.reset();
    expect(() => theirs.find()).toThrow("is empty");
    first.signal();
    expect([one.signalled, one.error]).toEqual([true, 0]);
    expect([theirs.lastSignalled, theirs.lastSubmitted]).toEqual([0n, 0n]);
    expect(() => theirs.find(1n)).toThrow(expect.objectContaining({ code: "EINVAL" }));
  });

  test("any replacements and signals, in any order: each fence that was found ends as its original does", () => {
    const step = fc.record({ replace: fc.boolean(), pick: fc.nat(40), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { ours, theirs } = pair();
        const found: { owner: ReturnType<Timeline["fence"]>; fence: ReturnType<SyncObject["find"]> }[] = [];
        for (const { replace, pick, fails } of steps) {
          if (replace || found.length === 0) {
            const owner = new Timeline("fence").fence();
            ours.replace(owner.fence);
            found.push({ owner, fence: theirs.find() });
          } else {
            const { owner } = found[pick % found.length]!;
            if (fails) owner.fail(-1 - pick);
            else owner.signal();
          }
          for (const { owner, fence } of found) {
            expect([fence.signalled, fence.error]).toEqual([owner.fence.signalled, owner.fence.error]);
          }
        }
      }),
    );
  });

  test("a fence that was found and not looked at for long has signalled all the same, once all before it have", () => {
    const { ours, theirs } = pair();
    const pending = new Timeline("first").fence();
    ours.replace(pending.fence);
    const first = theirs.find();
    ours.signal();
    const second = theirs.find();
    const third = new Timeline("third").fence();
    ours.replace(third.fence);
    const opened = theirs.find();
    third.signal();
    for (let i = 0; i < 40; i++) ours.signal();
    expect([first, second, opened].map((fence) => fence.signalled)).toEqual([false, true, false]);
    pending.signal();
    expect([first, second, opened].map((fence) => fence.signalled)).toEqual([true, true, true]);
  });

  test("is waited for before it holds anything", async () => {
    const { ours, theirs } = pair();
    const waited = theirs.wait(0n, { forSubmit: true });
    ours.signal();
    await waited;
  });
});

describe("the read side", () => {
  test("takes nothing in", () => {
    const { ours, theirs } = pair();
    const done = new Timeline("work").fence();
    for (const call of [
      () => theirs.signal(),
      () => theirs.reset(),
      () => theirs.replace(done.fence),
      () => theirs.signalPoint(1n),
      () => theirs.addPoint(1n, done.fence),
      () => theirs.at()._prepare(),
      () => theirs.at(1n)._prepare(),
      () => theirs.at(1n).put(done.fence),
    ]) {
      expect(call).toThrow(
        expect.objectContaining({ code: "EINVAL", message: expect.stringContaining("another thread's") }),
      );
    }
    expect(ours.fence).toBeNull();
    expect(() => theirs.find(-1n)).toThrow(RangeError);
  });

  test("gives fences that can be shared, and points that can be transferred", () => {
    const { ours, theirs } = pair();
    const [binary, point] = [new Timeline("binary").fence(), new Timeline("point").fence()];
    ours.replace(binary.fence);
    const onward = openFence(structuredClone(shareFence(theirs.find())));
    ours.addPoint(3n, point.fence);
    const local = new SyncObject();
    theirs.at(3n).transferTo(local.at(7n));
    binary.signal();
    expect([onward.signalled, local.lastSignalled]).toEqual([true, 0n]);
    point.signal();
    expect(theirs.find(3n).signalled).toBe(true);
    expect(local.lastSignalled).toBe(7n);
  });

  test("blocks for a point that is there, and for nothing of its own thread", () => {
    const { ours, theirs } = pair();
    ours.signalPoint(2n);
    waitBlocking(theirs.at(1n));
    expect(() => waitBlocking(theirs.at(3n))).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(() => waitBlocking(theirs.at(3n), { forSubmit: true })).toThrow(
      expect.objectContaining({ code: "EDEADLK" }),
    );
    expect(() => waitBlocking(ours.at(3n), { forSubmit: true })).toThrow(expect.objectContaining({ code: "EDEADLK" }));
  });
});

describe("the end of it", () => {
  test.each([
    ["when it is closed", errno.ENOENT],
    ["when its thread has ended", errno.ECANCELED],
  ])("%s: what has no outcome fails, submitted or not; who waits for a submission is let go", async (_, error) => {
    const { ours, theirs } = pair();
    const link = linkThread({ postMessage: () => {} });
    link.watch(ours.handle);
    ours.signalPoint(1n);
    ours.addPoint(2n, new Timeline("work").fence().fence);
    const waited = theirs.at(9n).submitted();
    if (error === errno.ENOENT) ours.close();
    else link.ended();
    expect((await waited).error).toBe(error);
    expect([1n, 2n, 3n].map((point) => theirs.find(point).error)).toEqual([0, error, error]);
    link.close();
  });

  test("of a binary one: its fence fails, and so does what it never held", () => {
    const [held, empty] = [pair(), pair()];
    held.ours.replace(new Timeline("work").fence().fence);
    held.ours.close(errno.ENODEV);
    empty.ours.close(errno.ENODEV);
    expect([held.theirs.find().error, empty.theirs.find().error]).toEqual([errno.ENODEV, errno.ENODEV]);
    const registration = Registration.wake(new Int32Array(new SharedArrayBuffer(4)), 0);
    held.theirs.notify(registration);
    expect(registration.registered).toBe(false);
  });
});
