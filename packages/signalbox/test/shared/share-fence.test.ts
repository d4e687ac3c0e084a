/** A fence handed on: both ends in one thread, which is one of the threads that may open a handle. */
import { afterEach, describe, expect, test } from "vitest";
import { FenceError, SignalboxError, errno } from "../../src/errors.ts";
import { deliver } from "../../src/fence/delivery.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { Registration } from "../../src/fence/registration.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { waitBlocking } from "../../src/shared/blocking.ts";
import { DriverTimeline } from "../../src/shared/driver-timeline.ts";
import type { FenceHandle } from "../../src/shared/handle.ts";
import { openFence, shareFence } from "../../src/shared/share-fence.ts";
import { openTimeline } from "../../src/shared/shared-timeline.ts";
import { Completion } from "../../src/work/completion.ts";
import { isAwake } from "../../src/shared/awake.ts";
import { noteAll, noting } from "../support/notes.ts";

/** A handle as it comes out of a message. */
const posted = <T>(handle: T): T => structuredClone(handle);

afterEach(() => {
  // Nobody waits any more: nothing of any wait may be left.
  expect(isAwake()).toBe(false);
});

describe("a fence of another thread", () => {
  test("signals when the original does, with its names, seqno and time", async () => {
    const timeline = new Timeline("frames", { driver: "camera" });
    timeline.fence().signal();
    const original = timeline.fence();
    const fence = openFence(posted(shareFence(original.fence)));
    expect(fence).toMatchObject({ timelineName: "frames", driverName: "camera", seqno: 2, point: 2n, kind: "plain" });
    expect([fence.state, fence.signalled, fence.status, fence.timestamp]).toEqual(["published", false, 0, undefined]);
    const waited = fence.wait();
    original.signal();
    await waited;
    expect([fence.signalled, fence.status]).toEqual([true, 1]);
    expect(fence.timestamp).toBeCloseTo(original.fence.timestamp!, 2);
  });

  test("fails as the original does: same number, the cause in its words", async () => {
    const original = new Timeline("frames").fence();
    const fence = openFence(posted(shareFence(original.fence)));
    const waited = fence.wait();
    original.fail(errno.EIO, new RangeError("no marker"));
    const error: unknown = await waited.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FenceError);
    expect(error).toMatchObject({
      code: "EIO",
      timeline: "frames",
      seqno: 1,
      message: "Fence frames:1 failed: EIO (no marker)",
    });
    expect((error as FenceError).cause).toBeInstanceOf(Error);
  });

  test.each([
    ["well", 0],
    ["badly", errno.ETIME],
  ])("that had signalled (%s) before it was shared, or before it was opened, has signalled", (_, error) => {
    const [early, late] = [new Timeline("early").fence(), new Timeline("late").fence()];
    const end = (fence: typeof early): boolean => (error === 0 ? fence.signal() : fence.fail(error));
    end(early);
    const handle = posted(shareFence(late.fence));
    end(late);
    for (const fence of [openFence(posted(shareFence(early.fence))), openFence(handle)]) {
      expect([fence.state, fence.error]).toEqual(["signalled", error]);
    }
  });

  test("keeps a seqno of 64 bits exact", () => {
    const point = 0xffff_ffff_ffff_fffen;
    const original = new ForeignTimeline("wide").fence(point);
    const fence = openFence(posted(shareFence(original.fence)));
    expect(fence.point).toBe(point);
    original.signal();
    expect(fence.signalled).toBe(true);
  });

  test("may be a container, and a stub", () => {
    const [one, other] = [new Timeline("one").fence(), new Timeline("other").fence()];
    const array = openFence(posted(shareFence(fenceArray([one.fence, other.fence]))));
    one.signal();
    expect(array.signalled).toBe(false);
    other.fail(errno.EIO);
    expect([array.signalled, array.error]).toEqual([true, errno.EIO]);
    expect(openFence(posted(shareFence(stubFence()))).signalled).toBe(true);
  });

  test("is one fence, however often it is shared and opened while it is pending; also by those who have it second-hand", () => {
    const original = new Timeline("frames").fence();
    const handle = shareFence(original.fence);
    expect(shareFence(original.fence)).toBe(handle);
    const fence = openFence(posted(handle));
    expect(openFence(posted(handle))).toBe(fence);
    const onward = posted(shareFence(fence));
    expect(onward.id).toBe(handle.id);
    expect(openFence(onward)).toBe(fence);
    original.signal();
    expect(openFence(onward)).not.toBe(fence);
    expect(openFence(onward)).toMatchObject({ state: "signalled", context: fence.context });
    expect(fence.state).toBe("signalled");
  });

  test("runs every kind of registration, in its order, in one delivery", () => {
    const original = new Timeline("frames").fence();
    const fence = openFence(posted(shareFence(original.fence)));
    const notes: string[] = [];
    const behind = new Timeline("behind").fence();
    const cells = new Int32Array(new SharedArrayBuffer(4));
    fence.register(noting(notes, "first"));
    fence.register(Registration.signal(behind));
    fence.register(Registration.wake(cells, 0));
    fence.register(noting(notes, "last"));
    original.signal();
    deliver(() => {
      expect(fence.signalled).toBe(true);
      expect(notes).toEqual([]);
    });
    expect(notes).toEqual(["first", "last"]);
    expect([behind.fence.signalled, cells[0]]).toEqual([true, 1]);
    expect(fence.register(noting(notes, "late"))).toBe("signalled");
  });

  test("a registration finds what signalled before it", () => {
    const original = new Timeline("frames").fence();
    const fence = openFence(posted(shareFence(original.fence)));
    original.signal();
    expect(fence.register(Registration.complete(new Completion()))).toBe("signalled");
  });

  test("a wait that was given up leaves nothing, and another one works", async () => {
    const original = new Timeline("frames").fence();
    const fence = openFence(posted(shareFence(original.fence)));
    await expect(fence.wait({ timeout: 1 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(isAwake()).toBe(false);
    const cancelled = Registration.complete(new Completion());
    fence.register(cancelled);
    expect(isAwake()).toBe(true);
    expect(cancelled.cancel()).toBe(true);
    expect(isAwake()).toBe(false);
    const waited = fence.wait();
    original.signal();
    await waited;
  });
});

describe("what is refused", () => {
  test("a handle that is none, or another's", () => {
    const frames = new DriverTimeline("frames");
    for (const wrong of [
      undefined,
      null,
      5,
      {},
      frames.handle,
      { signalbox: "fence" },
      { signalbox: "fence", memory: new ArrayBuffer(896) },
    ]) {
      expect(() => openFence(wrong as unknown as FenceHandle)).toThrow(SignalboxError);
    }
    const handle = shareFence(frames.fence().fence);
    expect(() => openFence({ ...handle, point: undefined } as unknown as FenceHandle)).toThrow("lost its seqno");
    expect(() => openTimeline(handle as never)).toThrow("Not a handle of a timeline (got fence)");
  });

  test("blocking for a fence of one's own, and inside a delivery, and with a timeout that is none", () => {
    const original = new Timeline("frames").fence();
    const handle = shareFence(original.fence);
    expect(() => waitBlocking(original.fence)).toThrow(expect.objectContaining({ code: "EDEADLK" }));
    expect(() => waitBlocking(posted(handle))).toThrow(expect.objectContaining({ code: "EDEADLK" }));
    for (const timeout of [-1, NaN]) {
      expect(() => waitBlocking(handle, { timeout })).toThrow(
        new RangeError(`A timeout is 0 ms or more (got ${timeout})`),
      );
    }
    original.fail(errno.EIO);
    expect(() => waitBlocking(posted(handle))).toThrow(expect.objectContaining({ code: "EIO" }));
  });
});

describe("a timeline of another thread", () => {
  test("signals in the order of its seqnos, whatever was seen at once, and its fences share a context", () => {
    const frames = new DriverTimeline("frames", { driver: "camera" });
    const view = openTimeline(posted(frames.handle));
    const notes: string[] = [];
    const fences = [3n, 1n, 2n, 5n].map((seqno) => view.fence(seqno));
    noteAll(fences, notes);
    expect(new Set(fences.map((fence) => fence.context))).toEqual(new Set([view.context]));
    const made = Array.from({ length: 4 }, () => frames.fence());
    frames.signalThrough(3);
    expect(view.signalledThrough).toBe(3n);
    expect(fences[0]!.signalled).toBe(true);
    expect(notes).toEqual(["frames:1", "frames:2", "frames:3"]);
    expect(openFence(posted(shareFence(made[3]!.fence)))).toBe(view.fence(4));
    made[3]!.fail(errno.EIO);
    expect(view.fence(4).error).toBe(errno.EIO);
    frames.close();
    expect(view.fence(5n).error).toBe(errno.ENOENT);
    expect(fences[3]!.signalled).toBe(true);
    expect(notes).toEqual(["frames:1", "frames:2", "frames:3", "frames:5 -2"]);
  });

  test("a seqno that can't be one is refused", () => {
    const view = openTimeline(new DriverTimeline("frames").handle);
    for (const wrong of [-1n, 1n << 64n, 1.5, -1, "1"]) expect(() => view.fence(wrong as bigint)).toThrow(RangeError);
  });
});
