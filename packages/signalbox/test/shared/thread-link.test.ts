/** Links to threads that are played by the test: when they end, and what is left. */
import { EventEmitter } from "node:events";
import { MessageChannel } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver } from "../../src/fence/delivery.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { hooks } from "../../src/hooks.ts";
import { isAwake } from "../../src/shared/awake.ts";
import { waitBlocking } from "../../src/shared/blocking.ts";
import { openDriverSyncObject } from "../../src/shared/driver-sync-object.ts";
import { DriverTimeline, openDriverFence, openDriverTimeline } from "../../src/shared/driver-timeline.ts";
import type { DriverFenceHandle } from "../../src/shared/handle.ts";
import { openFence, shareFence } from "../../src/shared/share-fence.ts";
import { openTimeline } from "../../src/shared/shared-timeline.ts";
import { linkThread } from "../../src/shared/thread-link.ts";
import { lockdepOf } from "../../src/signalling/lockdep/lockdep.ts";
import type { Chain } from "../../src/signalling/lockdep/report.ts";
import { publish } from "../../src/signalling/obligation.ts";
import type { Obliged } from "../../src/signalling/obligation.ts";
import { insideSection } from "../../src/signalling/section.ts";
import { bench } from "../support/bench.ts";
import { noteAll } from "../support/notes.ts";
import { reported } from "../support/reports.ts";

const posted = <T>(handle: T): T => structuredClone(handle);

/** As much of Node's Worker as a link sees. */
class PlayedWorker extends EventEmitter {
  readonly threadId: number = 7;
  posted = 0;

  postMessage(): void {
    this.posted++;
  }

  end(code: number, error?: unknown): void {
    if (error !== undefined) this.emit(EventEmitter.errorMonitor, error);
    this.emit("exit", code);
  }

  async terminate(): Promise<number> {
    await new Promise(setImmediate);
    this.end(1);
    return 1;
  }

  get listening(): number {
    return this.eventNames().reduce((sum, name) => sum + this.listenerCount(name), 0);
  }
}

afterEach(() => {
  expect(isAwake()).toBe(false);
});

describe("what a thread owes", () => {
  test("signals here when the thread signals it", async () => {
    const link = linkThread(new PlayedWorker(), { name: "decoder" });
    const { fence, handle } = link.owe("picture");
    expect(fence).toMatchObject({ timelineName: "picture", driverName: "decoder", seqno: 1, state: "published" });
    const waited = fence.wait();
    const driver = openDriverFence(posted(handle));
    expect([driver.signal(), driver.signal()]).toEqual([true, false]);
    await waited;
    link.close();
    expect(fence.error).toBe(0);
  });

  test("is signalled by one thread only", () => {
    const link = linkThread(new PlayedWorker());
    const [fence, timeline, object] = [link.owe("fence"), link.oweTimeline("timeline"), link.oweSyncObject("object")];
    for (const open of [
      () => openDriverFence(posted(fence.handle)),
      () => openDriverTimeline(posted(timeline.handle)),
      () => openDriverSyncObject(posted(object.handle)),
    ]) {
      open();
      expect(open).toThrow(expect.objectContaining({ code: "EBUSY" }));
    }
    link.close();
  });

  test("fails when the thread ends, opened or not: ECANCELED, with the thread's own error at the end of the causes", async () => {
    const worker = new PlayedWorker();
    const link = linkThread(worker, { name: "decoder" });
    const [opened, unopened] = [link.owe("opened"), link.owe("unopened")];
    const timeline = link.oweTimeline("frames");
    const driver = openDriverFence(posted(opened.handle));
    const frames = openDriverTimeline(posted(timeline.handle));
    const third = openFence(posted(shareFence(opened.fence)));
    frames.fence().signal();
    frames.fence();
    const waited = unopened.fence.wait();
    worker.end(1, new RangeError("out of pictures"));
    await expect(waited).rejects.toMatchObject({
      code: "ECANCELED",
      message: 'Fence unopened:1 failed: ECANCELED (The thread "decoder" exited with code 1 and had not signalled it)',
      cause: { cause: { message: "out of pictures" } },
    });
    expect([third.signalled, third.error]).toEqual([true, errno.ECANCELED]);
    expect([1, 2, 3].map((seqno) => timeline.timeline.fence(seqno).error)).toEqual([
      0,
      errno.ECANCELED,
      errno.ECANCELED,
    ]);
    // What a thread that is not quite dead yet still does is seen by nobody.
    driver.signal();
    expect(openFence(posted(shareFence(opened.fence))).error).toBe(errno.ECANCELED);
    expect(link.state).toBe("ended");
    expect(worker.listening).toBe(0);
    for (const call of [() => link.owe("more"), () => link.oweTimeline("more"), () => link.oweSyncObject("more")]) {
      expect(call).toThrow(expect.objectContaining({ code: "EINVAL" }));
    }
  });

  test("and signalled before it ended counts, although nobody was told", () => {
    const worker = new PlayedWorker();
    const link = linkThread(worker);
    const [well, badly, never] = [link.owe("well"), link.owe("badly"), link.owe("never")];
    openDriverFence(posted(well.handle)).signal();
    openDriverFence(posted(badly.handle)).fail(errno.EIO, "no marker");
    const notes = noteAll([never.fence, badly.fence, well.fence].filter((fence) => !fence.signalled));
    worker.end(0);
    expect([well, badly, never].map(({ fence }) => fence.error)).toEqual([0, errno.EIO, errno.ECANCELED]);
    expect(notes).toEqual(["never:1 -125"]);
  });

  test("and closed by the thread before it ended counts, although it was killed before it could ring for it", () => {
    const link = linkThread(new PlayedWorker());
    const { timeline, handle } = link.oweTimeline("frames");
    const frames = openDriverTimeline(posted(handle));
    const fence = timeline.fence(1);
    expect(fence.signalled).toBe(false);
    const bell = new Int32Array(handle.memory);
    const rung = bell[0]!;
    frames.close(errno.ENODEV);
    bell[0] = rung;
    expect(fence.signalled).toBe(false);
    link.ended();
    expect([fence.state, fence.error]).toEqual(["signalled", errno.ENODEV]);
  });

  test("can be blocked for, but not for ever, and not inside a delivery", () => {
    const link = linkThread(new PlayedWorker());
    const { fence } = link.owe("picture");
    const { object } = link.oweSyncObject("points");
    for (const timeout of [0, 5]) {
      expect(() => waitBlocking(fence, { timeout })).toThrow(expect.objectContaining({ code: "ETIMEDOUT" }));
      expect(() => waitBlocking(object.at(1n), { timeout, forSubmit: true })).toThrow(
        expect.objectContaining({ code: "ETIMEDOUT" }),
      );
    }
    deliver(() => {
      expect(() => waitBlocking(fence, { timeout: 0 })).toThrow(expect.objectContaining({ code: "EINVAL" }));
    });
    expect(reported()).toEqual(["section-block"]);
    link.close();
    expect(() => waitBlocking(fence)).toThrow(expect.objectContaining({ code: "ECANCELED" }));
  });

  test("takes an obligation over, and fails what it hasn't kept by its end", () => {
    const worker = new PlayedWorker();
    const link = linkThread(worker, { name: "decoder" });
    const timeline = new Timeline("pictures");
    const sent: DriverFenceHandle[] = [];
    const [kept, lost] = [1, 2].map(() =>
      publish(timeline.privateFence(), (must) => must.transferTo(link, (handle) => void sent.push(handle))),
    );
    expect(sent.map(({ timeline: name }) => name)).toEqual(["pictures", "pictures"]);
    openDriverFence(posted(sent[0]!)).signal();
    worker.end(1);
    expect([kept!.error, lost!.error]).toEqual([0, errno.ECANCELED]);
  });

  test("owes it in a section of its own there: the body signals it, or hands it on", () => {
    const link = linkThread(new PlayedWorker(), { name: "decoder" });
    const inside: boolean[] = [];
    const now = link.owe("now");
    const read = openDriverFence(posted(now.handle), (must) => {
      inside.push(insideSection());
      return must.signal();
    });
    expect([read.signalled, now.fence.signalled, inside, insideSection()]).toEqual([true, true, [true], false]);

    const { ring, finish } = bench();
    const queue = ring.queue("decode");
    const later = link.owe("later");
    openDriverFence(posted(later.handle), (must) => must.transferTo(queue, queue.job({ label: "decode" })));
    expect(later.fence.signalled).toBe(false);
    finish();
    expect([later.fence.signalled, later.fence.error]).toEqual([true, 0]);
    link.close();
  });

  test("a body there that throws, or answers another proof, fails it", () => {
    const link = linkThread(new PlayedWorker(), { name: "decoder" });
    const [thrown, forgot, kept] = ["thrown", "forgot", "kept"].map((name) => link.owe(name));
    const boom = (): never => {
      throw new Error("out of memory");
    };
    expect(() => openDriverFence(posted(thrown!.handle), boom)).toThrow("out of memory");
    expect(thrown!.fence.signalled).toBe(true);
    expect(thrown!.fence.failure()).toMatchObject({ errno: errno.EIO, cause: { message: "out of memory" } });
    expect(() => openDriverFence(posted(forgot!.handle), (() => "yes") as unknown as Obliged)).toThrow("its own proof");
    expect([forgot!.fence.signalled, forgot!.fence.error]).toEqual([true, errno.EIO]);
    expect(reported()).toEqual(["obligation-proof"]);
    // What is no function takes nothing on.
    const no = "soon" as unknown as Obliged;
    expect(() => openDriverFence(posted(kept!.handle), no)).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(openDriverFence(posted(kept!.handle)).signal()).toBe(true);
    link.close();
  });

  test("the reports there tell where it was handed on", () => {
    const link = linkThread(new PlayedWorker(), { name: "decoder" });
    const sent: DriverFenceHandle[] = [];
    publish(new Timeline("pictures").privateFence(), (must) =>
      must.transferTo(link, function sendOn(handle) {
        sent.push(handle);
      }),
    );
    const owed = link.owe("frame");
    const waits = (handle: DriverFenceHandle): readonly Chain[] => {
      openDriverFence(handle, (must) => {
        void owed.fence.wait().catch(() => {});
        return must.signal();
      });
      return lockdepOf()!.takeReports()[0]!.chains;
    };
    const titles = (chains: readonly Chain[]): unknown => chains.map(({ title, steps }) => [title, steps.length]);
    const chains = waits(posted(sent[0]!));
    expect(titles(chains)).toEqual([
      ["in a signalling section", 1],
      ["handed on", 1],
    ]);
    const { what, stack } = chains[1]!.steps[0]!;
    expect(what).toContain('the obligation for fence pictures:1 was handed on to thread "decoder"');
    expect(stack.join()).toContain("thread-link.test.ts");
    link.close();
  });

  test("without the validator a handle says nothing of that; one that says anything at all is taken on", () => {
    const link = linkThread(new PlayedWorker());
    const { handle, fence } = link.owe("picture");
    const odd = { ...posted(handle), from: { to: 7, stack: "here" } } as unknown as DriverFenceHandle;
    openDriverFence(odd, (must) => must.signal());
    expect(fence.signalled).toBe(true);
    for (const from of [null, 7, { to: { toString: 1 } }, { to: "t", stack: [{ toString: 1 }] }]) {
      const owed = link.owe("bug: the validator threw, and the fence was lost");
      openDriverFence({ ...posted(owed.handle), from } as unknown as DriverFenceHandle, (must) => must.signal());
      expect(owed.fence.signalled).toBe(true);
    }
    const on = hooks.lockdep;
    hooks.lockdep = null;
    try {
      expect(link.owe("picture").handle).not.toHaveProperty("from");
    } finally {
      hooks.lockdep = on;
    }
    link.close();
  });

  test("takes no obligation over whose handle was not sent", () => {
    const link = linkThread(new PlayedWorker());
    const timeline = new Timeline("pictures");
    const fence = publish(timeline.privateFence(), (must) => {
      const send = (): never => {
        throw new Error("no port");
      };
      expect(() => must.transferTo(link, send)).toThrow("no port");
      expect(() => must.transferTo(link, undefined as unknown as () => void)).toThrow("with a function");
      return must.signal();
    });
    expect([fence.signalled, fence.seqno, link._kept]).toEqual([true, 1, 0]);
    link.close();
    expect(() => publish(timeline.privateFence(), (must) => must.transferTo(link, () => {}))).toThrow("is closed");
    expect(timeline.lastSeqno).toBe(1);
  });

  test("all of it fails in one delivery, also what the thread made and the link watches", () => {
    const worker = new PlayedWorker();
    const link = linkThread(worker);
    const theirs = new DriverTimeline("theirs");
    const view = openTimeline(posted(theirs.handle));
    link.watch(posted(theirs.handle));
    expect(() => linkThread(worker).watch(theirs.handle)).toThrow(expect.objectContaining({ code: "EBUSY" }));
    const fences = [link.owe("a").fence, view.fence(1), link.owe("b").fence];
    const seen: boolean[] = [];
    for (const fence of fences) {
      fence.register(
        Registration.post({ postMessage: () => void seen.push(...fences.map((f) => f.state === "signalled")) }),
      );
    }
    link.ended("killed");
    expect(seen).toEqual(Array.from({ length: 9 }, () => true));
    expect(view.fence(2).failure()?.cause).toMatchObject({ cause: "killed" });
  });
});

describe("a link", () => {
  test("that is closed fails what is owed, ignores what comes, and leaves no listener", () => {
    const worker = new PlayedWorker();
    const link = linkThread(worker, { name: "decoder" });
    const { fence, handle } = link.owe("picture");
    expect(worker.listening).toBe(2);
    link[Symbol.dispose]();
    expect(worker.listening).toBe(0);
    expect(fence.failure()?.message).toBe(
      'Fence picture:1 failed: ECANCELED (The link to thread "decoder" was closed)',
    );
    openDriverFence(posted(handle)).signal();
    expect(fence.error).toBe(errno.ECANCELED);
    link.close();
    link.ended();
    expect([link.state, worker.posted]).toEqual(["closed", 0]);
  });

  test("terminates its thread", async () => {
    const link = linkThread(new PlayedWorker());
    const { fence } = link.owe("picture");
    await link.terminate();
    expect(fence.failure()?.cause).toMatchObject({
      message: 'The thread "thread 7" exited with code 1 and had not signalled it',
    });
  });

  test("to a thread that tells nothing is told by the program", async () => {
    let terminated = 0;
    const link = linkThread({ postMessage: () => {}, terminate: () => terminated++ }, { name: "page" });
    const { fence } = link.owe("picture");
    await link.terminate();
    expect([terminated, fence.error, link.state]).toEqual([1, errno.ECANCELED, "ended"]);
    await expect(linkThread({ postMessage: () => {} }).terminate()).rejects.toMatchObject({ code: "EINVAL" });
  });

  test("to a Worker that has ended is ended", () => {
    const gone = Object.assign(new PlayedWorker(), { threadId: -1 });
    const link = linkThread(gone, { name: "gone" });
    expect([link.state, gone.listening]).toEqual(["ended", 0]);
  });

  test("by a port hears of the port's end", async () => {
    const { port1, port2 } = new MessageChannel();
    const link = linkThread(port1, { name: "other" });
    const { fence } = link.owe("picture");
    port2.close();
    await expect(fence.wait()).rejects.toMatchObject({ code: "ECANCELED" });
    expect(link.state).toBe("ended");
  });

  test("forgets what has signalled", () => {
    const link = linkThread(new PlayedWorker());
    for (let i = 0; i < 5_000; i++) {
      openDriverFence(link.owe("picture").handle).signal();
    }
    const left = link.owe("last");

    expect(link._kept).toBeLessThan(100);
    link.close();
    expect(left.fence.error).toBe(errno.ECANCELED);
  });
});
