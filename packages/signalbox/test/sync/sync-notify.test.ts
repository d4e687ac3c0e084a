import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Registration } from "../../src/fence/registration.ts";
import type { FenceMessage } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { Completion } from "../../src/work/completion.ts";
import { noting, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const object = (): SyncObject => new SyncObject({ name: "box", platform });
const fenceOf = (name: string) => new ForeignTimeline(name, { platform }).fence(1);

describe("a notification", () => {
  it("SY19: acts once, when the point signals, also if it was submitted later", () => {
    const [box, a] = [object(), fenceOf("a")];
    const log: string[] = [];
    box.notify(noting(log, "five"), 5n);
    box.addPoint(4n, a.fence);
    expect(log).toEqual([]);
    box.addPoint(6n, a.fence);
    expect([log, box._awaited]).toEqual([[], 0]);
    a.signal();
    expect(log).toEqual(["five"]);
    box.signalPoint(9n);
    expect(log).toEqual(["five"]);
  });

  it("SY19: with available it acts when the point was submitted", () => {
    const [box, a] = [object(), fenceOf("a")];
    const log: string[] = [];
    box.notify(noting(log, "five"), 5n, { available: true });
    box.addPoint(4n, a.fence);
    expect(log).toEqual([]);
    box.addPoint(5n, a.fence);
    expect(log).toEqual(["five"]);
    a.signal();
    expect(log).toEqual(["five"]);
  });

  it("SY19: acts at once for what has happened already", () => {
    const box = object();
    const log: string[] = [];
    box.signalPoint(5n);
    box.notify(noting(log, "signalled"), 3n);
    box.addPoint(6n, fenceOf("a").fence);
    box.notify(noting(log, "available"), 6n, { available: true });
    expect([log, box._awaited]).toEqual([["signalled", "available"], 0]);
  });

  it("SY15: follows the fence that it found, not the object", () => {
    const [box, a] = [object(), fenceOf("a")];
    const log: string[] = [];
    box.replace(a.fence);
    box.notify(noting(log, "a"));
    box.reset();
    box.signal();
    expect(log).toEqual([]);
    a.signal();
    expect(log).toEqual(["a"]);
  });

  it("survives a reset before anything was submitted", () => {
    const box = object();
    const log: string[] = [];
    box.notify(noting(log, "three"), 3n);
    box.reset();
    box.signal();
    expect(log).toEqual([]);
    box.signalPoint(3n);
    expect(log).toEqual(["three"]);
  });

  it("promise 10: can be cancelled before and after the submission, and never acts then", () => {
    const [box, a] = [object(), fenceOf("a")];
    const log: string[] = [];
    const [early, late, done] = [noting(log, "early"), noting(log, "late"), noting(log, "done")];
    box.notify(early, 1n);
    box.notify(late, 1n);
    box.notify(done, 1n);
    expect([early.registered, box._awaited]).toEqual([true, 3]);
    expect([early.cancel(), early.cancel(), box._awaited]).toEqual([true, false, 2]);
    box.addPoint(1n, a.fence);
    expect(late.cancel()).toBe(true);
    a.signal();
    expect([log, done.cancel()]).toEqual([["done"], false]);
    box.notify(early, 1n);
    expect(log).toEqual(["done", "early"]);
  });

  it("bug: promise 10: one that an issuer cancels when it is asked for the point's fence never acts", () => {
    const [box, a, b] = [object(), fenceOf("a"), fenceOf("b")];
    const log: string[] = [];
    const note = noting(log, "note");
    const poll = (): boolean => note.cancel() && false;
    const asked = new ForeignTimeline("asked", { platform }).fence(1, { poll });
    box.replace(chainFence(chainFence(a.fence, asked.fence, 1), b.fence, 2));
    box.notify(note, 1n);
    expect([note.registered, box._awaited, asked.fence.enabled]).toEqual([false, 0, false]);
    for (const each of [asked, a, b]) each.signal();
    expect(log).toEqual([]);
  });

  it.each([false, true])(
    "bug: promise 10: so is one cancelled by the issuer that is told (in an array: %s)",
    (inArray) => {
      const box = object();
      const log: string[] = [];
      const note = noting(log, "note");
      let cancelled: boolean | undefined;
      const enableSignalling = (): boolean => {
        cancelled = note.cancel();
        return true;
      };
      const told = new ForeignTimeline("told", { platform }).fence(1, { enableSignalling });
      box.notify(note);
      box.replace(inArray ? fenceArray([told.fence]) : told.fence);
      expect([cancelled, note.registered, told.fence._registrations]).toEqual([true, false, null]);
      told.signal();
      expect(log).toEqual([]);
    },
  );

  it("F21: a registration that is on a fence, or waits for a point, is refused", () => {
    const [box, a] = [object(), fenceOf("a")];
    const taken = noting([], "x");
    a.fence.register(taken);
    expect(thrownBy(() => box.notify(taken)).code).toBe("EINVAL");
    const waiting = noting([], "y");
    box.notify(waiting);
    expect(thrownBy(() => box.notify(waiting)).code).toBe("EINVAL");
    expect(thrownBy(() => a.fence.register(waiting)).code).toBe("EINVAL");
    expect(box._awaited).toBe(1);
    expect(() => box.notify(noting([], "z"), -1n)).toThrow(RangeError);
  });

  it("works for every kind: a completion, a cell, another fence with its error", async () => {
    const [box, a] = [object(), fenceOf("a")];
    const completion = new Completion();
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const other = new Timeline("other", { platform }).fence();
    box.notify(Registration.complete(completion));
    box.notify(Registration.wake(cells, 0));
    box.notify(Registration.signal(other));
    box.replace(a.fence);
    a.fail(errno.EIO);
    await completion.wait();
    expect([cells[0], other.fence.error]).toEqual([1, errno.EIO]);
  });

  it("a message tells of the fence that signalled; of availability, the point", () => {
    const [box, a] = [object(), fenceOf("a")];
    const messages: FenceMessage[] = [];
    const post = () => Registration.post({ postMessage: (message) => void messages.push(message) });
    box.notify(post());
    box.notify(post(), 0n, { available: true });
    box.replace(a.fence);
    a.fail(errno.EIO);
    box.notify(post());
    const told = { context: a.fence.context, seqno: 1, error: errno.EIO };
    expect(messages).toEqual([{ context: expect.any(Number) as number, seqno: 0, error: 0 }, told, told]);
  });
});
