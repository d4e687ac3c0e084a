import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { Ring } from "../../src/queue/ring.ts";
import { SyncFileOutput } from "../../src/sync/sync-file-output.ts";
import { SyncFile } from "../../src/sync/sync-file.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const fenceOf = (name: string, seqno = 3) => new ForeignTimeline(name, { platform, driver: "test" }).fence(seqno);

describe("a sync file", () => {
  it("SF1: is named as it was told, or after its fence, to the last digit of the seqno", () => {
    const { fence } = fenceOf("t");
    expect(SyncFile.of(fence, "frame").name).toBe("frame");
    expect(SyncFile.of(fence).name).toBe(`test-t${fence.context}-3`);
    const large = new ForeignTimeline("u", { platform }).fence(2n ** 64n - 1n).fence;
    expect(SyncFile.of(large).name).toContain("-18446744073709551615");
  });

  it("SY11: is a snapshot: what happens to the object afterwards is not seen", () => {
    const box = new SyncObject({ platform });
    const a = fenceOf("a");
    box.replace(a.fence);
    const file = SyncFile.of(box.find());
    box.signal();
    expect(file.status).toBe(0);
    a.signal();
    expect(file.status).toBe(1);
  });

  it("SF2: merges into a new file, and both stay as they are", async () => {
    const [a, b] = [fenceOf("a"), fenceOf("b")];
    const both = SyncFile.of(a.fence).merge(SyncFile.of(b.fence), "both");
    expect(both.name).toBe("both");
    const waiting = both.wait();
    a.signal();
    expect(both.poll()).toBe(false);
    b.signal();
    await waiting;
    expect(both.poll()).toBe(true);
    expect(SyncFile.of(a.fence).merge(SyncFile.of(a.fence)).status).toBe(1);
  });

  it("SF3: tells of each fence, and an early one that is pending hides a later error", () => {
    const [a, b, c] = [fenceOf("a"), fenceOf("b"), fenceOf("c")];
    const file = SyncFile.of(a.fence).merge(SyncFile.of(b.fence)).merge(SyncFile.of(c.fence));
    b.fail(errno.EIO);
    expect(file.info()).toEqual({
      name: file.name,
      status: 0,
      fences: [
        { driver: "test", timeline: "a", status: 0, timestamp: undefined },
        { driver: "test", timeline: "b", status: errno.EIO, timestamp: platform.now() },
        { driver: "test", timeline: "c", status: 0, timestamp: undefined },
      ],
    });
    a.signal();
    expect(file.info().status).toBe(errno.EIO);
    expect(file.status).toBe(0);
    expect(SyncFile.of(a.fence).info().status).toBe(1);
  });

  it("SF4: the first poll has the issuer told that somebody waits", () => {
    let told = 0;
    const timeline = new ForeignTimeline("asked", { platform });
    const asked = timeline.fence(1, { enableSignalling: () => ++told > 0 });
    const file = SyncFile.of(asked.fence);
    expect([file.status, told]).toEqual([0, 0]);
    expect([file.poll(), file.poll(), told]).toEqual([false, false, 1]);
    asked.signal();
    expect(file.poll()).toBe(true);
  });

  it("SF5: hands a deadline on", () => {
    const hints: number[] = [];
    const { fence } = new ForeignTimeline("t", { platform }).fence(1, {
      setDeadline: (_, time) => void hints.push(time),
    });
    SyncFile.of(fence).setDeadline(20);
    expect(hints).toEqual([20]);
  });

  it("is a source of its fence, and takes none that nobody has promised", () => {
    const { fence } = fenceOf("a");
    expect(SyncFile.of(fence)._fences()).toEqual([fence]);
    const ring = new Ring({ name: "r", run: () => "done", cancel: () => {} }, { platform });
    const job = ring.queue("q").job({});
    expect(thrownBy(() => SyncFile.of(job)).code).toBe("EINVAL");
  });
});

describe("a sync file as a job's output", () => {
  it("is there once the submission has published, under its name", () => {
    const output = new SyncFileOutput("frame");
    expect(thrownBy(() => output.file)).toMatchObject({ code: "EINVAL" });
    const prepared = output._prepare();
    expect(thrownBy(() => output.file)).toMatchObject({ code: "EINVAL" });
    const { fence } = fenceOf("done");
    prepared._publish(fence);
    expect([output.file.fence, output.file.name]).toEqual([fence, "frame"]);
  });

  it("is one job's, unless that job's submission was rolled back", () => {
    const output = new SyncFileOutput();
    const first = output._prepare();
    expect(thrownBy(() => output._prepare()).code).toBe("EINVAL");
    first._drop();
    output._prepare()._publish(fenceOf("done").fence);
    expect(output.file.status).toBe(0);
    expect(thrownBy(() => output._prepare()).code).toBe("EINVAL");
  });
});
