import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { FenceArray } from "../../src/fence/array.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const object = (name: string, options = {}): SyncObject => new SyncObject({ name, platform, ...options });
const fenceOf = (name: string) => new ForeignTimeline(name, { platform }).fence(1);

describe("a point's fence", () => {
  it("is looked up each time", () => {
    const box = object("box");
    const point = box.at(3n);
    expect(thrownBy(() => point.find()).code).toBe("EINVAL");
    const first = fenceOf("a");
    box.addPoint(3n, first.fence);
    expect(point.find()).toBe(box.fence);
    expect(point._fences()).toEqual([box.fence]);
  });

  it("submitted: is there at once, or when somebody submits; the first one, whatever happens then (SY15)", async () => {
    const box = object("box");
    const waiting = box.at().submitted();
    const first = fenceOf("a");
    box.replace(first.fence);
    box.signal();
    expect(await waiting).toBe(first.fence);
    expect(await box.at().submitted({ timeout: 0 })).toBe(box.fence);
    expect(box._awaited).toBe(0);
  });

  it("SY8: submitted gives up after 5 s, at a time, after a timeout, or when aborted, and leaves nothing", async () => {
    const box = object("box");
    const began = platform.now();
    const patient = box.at(2n).submitted();
    const punctual = box.at(2n).submitted({ until: began + 7_000 });
    const abort = new AbortController();
    const aborted = box.at(2n).submitted({ timeout: Infinity, signal: abort.signal });
    expect(box._awaited).toBe(3);
    abort.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    platform.step();
    expect(platform.now()).toBe(began + 5_000);
    await expect(patient).rejects.toMatchObject({ code: "ETIME" });
    platform.step();
    expect(platform.now()).toBe(began + 7_000);
    await expect(punctual).rejects.toMatchObject({ code: "ETIME" });
    await expect(box.at(2n).submitted({ timeout: 0 })).rejects.toMatchObject({ code: "ETIME" });
    await expect(box.at(2n).submitted({ signal: AbortSignal.abort("before") })).rejects.toBe("before");
    expect([box._awaited, platform.idle]).toEqual([0, true]);
    expect(thrownBy(() => box.at().submitted({ timeout: -1 }))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => box.at().submitted({ timeout: 1, until: 1 }))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => box.at().submitted({ until: NaN }))).toBeInstanceOf(RangeError);
  });
});

describe("transfer", () => {
  it("SY10: to 0 it gives the same fence, a chain's node and all", () => {
    const [from, to] = [object("from"), object("to")];
    from.addPoint(4n, fenceOf("a").fence);
    from.addPoint(8n, fenceOf("b").fence);
    from.at(4n).transferTo(to.at());
    expect(to.fence).toBe(from.find(4n));
    expect(to.lastSubmitted).toBe(4n);
  });

  it("SY10: to a point it gives what there is to wait for, without the chain", () => {
    const [from, to] = [object("from"), object("to")];
    const [a, b] = [fenceOf("a"), fenceOf("b")];
    from.addPoint(4n, a.fence);
    from.addPoint(8n, b.fence);
    from.at(8n).transferTo(to.at(100n));
    const node = to.find(100n) as unknown as { contained: unknown };
    expect(node.contained).toBeInstanceOf(FenceArray);
    expect((node.contained as FenceArray).fences).toEqual([a.fence, b.fence]);
    b.signal();
    expect(to.lastSignalled).toBe(0n);
    a.signal();
    expect(to.lastSignalled).toBe(100n);
  });

  it("throws EINVAL for a point that nobody has submitted, and nothing has happened", () => {
    const [from, to] = [object("from"), object("to")];
    from.signal();
    expect(thrownBy(() => from.at(1n).transferTo(to.at(1n))).code).toBe("EINVAL");
    expect(to.fence).toBe(null);
  });

  it("when submitted: waits for the source, not for its fence", async () => {
    const [from, to] = [object("from"), object("to")];
    const transferred = from.at(3n).transferWhenSubmitted(to.at(8n));
    const a = fenceOf("a");
    from.addPoint(3n, a.fence);
    await transferred;
    expect([to.lastSubmitted, to.lastSignalled]).toEqual([8n, 0n]);
    a.signal();
    expect(to.lastSignalled).toBe(8n);
  });

  it("an object may be transferred to itself", () => {
    const box = object("box");
    const a = fenceOf("a");
    box.addPoint(4n, a.fence);
    box.at(4n).transferTo(box.at(9n));
    expect([box.lastSubmitted, box.lastSignalled]).toEqual([9n, 0n]);
    a.signal();
    expect(box.lastSignalled).toBe(9n);
  });
});

describe("a point as a job's output", () => {
  it("B1: nothing is seen before it is published, or if it is dropped", () => {
    const box = object("box");
    const done = fenceOf("done");
    const prepared = box.at(3n)._prepare();
    const dropped = box.at(5n)._prepare();
    expect(box.fence).toBe(null);
    dropped._drop();
    prepared._publish(done.fence);
    expect(box.lastSubmitted).toBe(3n);
    const binary = box.at()._prepare();
    expect(box.lastSubmitted).toBe(3n);
    binary._publish(done.fence);
    expect(box.fence).toBe(done.fence);
  });

  it("Q33: an ordered object refuses when it is prepared", () => {
    const box = object("box", { ordered: true });
    box.signalPoint(5n);
    expect(thrownBy(() => box.at(5n)._prepare()).code).toBe("EINVAL");
    expect(() => object("box")).not.toThrow();
  });
});

describe("waiting for one point", () => {
  it("rejects with what failed: the point's own fence, or one before it (Q32)", async () => {
    const box = object("box");
    const [a, b] = [fenceOf("a"), fenceOf("b")];
    box.addPoint(1n, a.fence);
    box.addPoint(2n, b.fence);
    const [first, second] = [box.wait(1n), box.wait(2n)];
    a.fail(errno.EIO, new Error("the wire came off"));
    b.signal();
    await expect(first).rejects.toMatchObject({ name: "FenceError", code: "EIO" });
    await expect(second).rejects.toMatchObject({ name: "FenceError", code: "EIO" });
  });

  it("for availability resolves whatever becomes of the fence", async () => {
    const box = object("box");
    const submitted = box.wait(1n, { available: true });
    const a = fenceOf("a");
    box.addPoint(1n, a.fence);
    await submitted;
    a.fail(errno.EIO);
    box.replace(a.fence);
    await box.wait(0n, { available: true });
    await expect(box.wait()).rejects.toMatchObject({ code: "EIO" });
  });

  it("of a binary object waits for what it holds", async () => {
    const box = object("box");
    expect(thrownBy(() => void box.wait())).toMatchObject({ code: "EINVAL" });
    const a = fenceOf("a");
    box.replace(a.fence);
    const waiting = box.wait();
    box.reset();
    a.signal();
    await waiting;
  });
});
