/** Real threads, on the built package: handles go by `postMessage`, and threads wait, signal, fail, and end. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { SyncObject, Timeline, errno, publish } from "signalbox";
import { openFence, linkThread, shareFence, DriverTimeline, openTimeline } from "signalbox/shared";
import type { ThreadLink } from "signalbox/shared";

interface Thread {
  readonly worker: Worker;
  readonly link: ThreadLink;
  /** Uncaught errors of the thread, which would end this process if nobody took them. */
  readonly errors: unknown[];
  tell(deed: string, what: object): void;
}

const started: Thread[] = [];

function start(program = "owes.mjs"): Thread {
  const worker = new Worker(new URL(`./threads/${program}`, import.meta.url));
  const errors: unknown[] = [];
  worker.on("error", (error) => errors.push(error));
  const thread: Thread = {
    worker,
    errors,
    link: linkThread(worker, { name: `thread ${started.length}` }),
    tell: (deed, what) => worker.postMessage({ deed, ...what }),
  };
  started.push(thread);
  return thread;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ link }) => link.terminate()));
});

describe("a thread that was handed a fence", () => {
  test("signals it, and fails it with its reason", async () => {
    const { link, tell } = start();
    const [well, badly] = [link.owe("well"), link.owe("badly")];
    tell("signal", { owed: well.handle });
    tell("fail", { owed: badly.handle, words: "no marker" });
    await well.fence.wait({ timeout: 10_000 });
    await expect(badly.fence.wait({ timeout: 10_000 })).rejects.toMatchObject({
      code: "EIO",
      timeline: "badly",
      cause: { message: "no marker" },
    });
    const { timestamp } = well.fence;
    expect(timestamp).toBeGreaterThan(0);
    expect(timestamp).toBeLessThanOrEqual(performance.now() + 1);
    expect(timestamp! - badly.fence.timestamp!).toBeLessThanOrEqual(0);
  });

  test("owes it in a section of its own, and hands it on to a job of its own queue", async () => {
    const { link, tell } = start();
    const timeline = new Timeline("pictures");
    const [well, badly] = [false, true].map((fails) =>
      publish(timeline.privateFence(), (must) => must.transferTo(link, (owed) => tell("handOn", { owed, fails }))),
    );
    await well!.wait({ timeout: 10_000 });
    await expect(badly!.wait({ timeout: 10_000 })).rejects.toMatchObject({
      code: "EIO",
      timeline: "pictures",
      cause: { message: expect.stringContaining("no marker") },
    });
  });

  test.each(["relay", "relayBlocking"])(
    "waits for it (%s), whether it signals before, while or after the thread looks",
    async (deed) => {
      const { link, tell } = start();
      const timeline = new Timeline("before");
      for (let round = 0; round < 60; round++) {
        const before = timeline.fence();
        const { fence, handle } = link.owe("after");
        const fails = round % 3 === 2;
        const end = (): boolean => (fails ? before.fail(errno.ENOSPC, new Error("disk full")) : before.signal());
        if (round % 4 === 0) end();
        tell(deed, { after: shareFence(before.fence), owed: handle });
        if (round % 4 === 1) end();
        else if (round % 4 === 2) setTimeout(end, round % 9);
        else if (round % 4 === 3) setImmediate(end);
        const outcome: unknown = await fence.wait({ timeout: 15_000 }).catch((error: unknown) => error);
        if (fails)
          expect(outcome).toMatchObject({ code: "ENOSPC", cause: { message: expect.stringContaining("disk full") } });
        else expect(outcome).toBeUndefined();
      }
    },
  );

  test("may send it on: a third thread waits for what a second one signals", async () => {
    const [second, third] = [start(), start()];
    const first = second.link.owe("first");
    const last = third.link.owe("last");
    third.tell("relayBlocking", { after: shareFence(first.fence), owed: last.handle });
    second.tell("fail", { owed: first.handle, words: "from the second" });
    await expect(last.fence.wait({ timeout: 15_000 })).rejects.toMatchObject({ code: "EIO" });
  });

  test("is heard of in a third thread when it dies: the link tells everybody", async () => {
    const [second, third] = [start(), start()];
    const first = second.link.owe("first");
    const last = third.link.owe("last");
    third.tell("relayBlocking", { after: shareFence(first.fence), owed: last.handle });
    second.tell("crash", { owed: first.handle, words: "on purpose" });
    await expect(last.fence.wait({ timeout: 15_000 })).rejects.toMatchObject({
      code: "ECANCELED",
    });
    expect(second.errors).toMatchObject([{ message: "on purpose" }]);
  });
});

describe("a thread that ends", () => {
  test("by a crash: what it owed fails, with its error", async () => {
    const { link, tell } = start();
    const [opened, never] = [link.owe("opened"), link.owe("never")];
    tell("crash", { owed: opened.handle, words: "out of pictures" });
    for (const { fence } of [opened, never]) {
      await expect(fence.wait({ timeout: 10_000 })).rejects.toMatchObject({
        code: "ECANCELED",
      });
    }
    expect(link.state).toBe("ended");
  });

  test("because it was terminated in an endless loop", async () => {
    const { link, tell, worker } = start();
    const owed = link.owe("owed");
    tell("spin", { owed: owed.handle });
    await new Promise<void>((resolve) => {
      worker.on("message", (message) => {
        if (message === "spinning") resolve();
      });
    });
    const waited = owed.fence.wait({ timeout: 10_000 });
    void worker.terminate();
    await expect(waited).rejects.toMatchObject({ code: "ECANCELED" });
  });

  test("in the middle of a timeline: what it signalled counts as it signalled it, in its order; the rest fails", async () => {
    for (const dies of [0, 1, 7, 63, 64, 65, 200]) {
      const { link, tell } = start();
      const { timeline, handle } = link.oweTimeline("frames");
      const fences = Array.from({ length: 220 }, (_, i) => timeline.fence(i + 1));
      const last = fences
        .at(-1)!
        .wait({ timeout: 10_000 })
        .catch(() => {});
      tell("timeline", { owed: handle, count: 220, dies });
      await last;
      expect(fences.map((fence) => fence.state)).toEqual(fences.map(() => "signalled"));
      // This thread may have been so far behind that an outcome was overwritten: then it says so, and never "well".
      fences.forEach((fence, i) => {
        const expected = i >= dies ? [errno.ECANCELED] : i % 7 === 6 ? [errno.EIO, errno.ENODATA] : [0, errno.ENODATA];
        expect(expected).toContain(fence.error);
      });
    }
  });

  test("at any moment of a signal: 40 threads killed while they signal leave an unbroken row of signals, then failures", async () => {
    for (let round = 0; round < 40; round++) {
      const { link, tell, worker } = start();
      const { timeline, handle } = link.oweTimeline("frames");
      const fences = Array.from({ length: 3_000 }, (_, i) => timeline.fence(i + 1));
      tell("timeline", { owed: handle, count: 3_000 });
      await fences[round * 20]!.wait({ timeout: 10_000 }).catch(() => {});
      const waited = fences
        .at(-1)!
        .wait({ timeout: 10_000 })
        .catch(() => {});
      await worker.terminate();
      await waited;
      const errors = fences.map((fence) => fence.error);
      const cut = errors.indexOf(errno.ECANCELED);
      if (cut >= 0) expect(errors.slice(cut).every((error) => error === errno.ECANCELED)).toBe(true);
      const through = Number(timeline.signalledThrough);
      expect(through).toBe(cut < 0 ? 3_000 : cut);
    }
  }, 60_000);
});

describe("sync objects", () => {
  test("are waited for point by point, before they are submitted and after, here and by jobs of others", async () => {
    const { link, tell } = start();
    const { object, handle } = link.oweSyncObject("points");
    const { timeline, handle: own } = link.oweTimeline("own");
    expect(object).toBeInstanceOf(SyncObject);
    const early = object.at(3n).submitted({ timeout: 10_000 });
    tell("points", { owed: { object: handle, timeline: own }, count: 9, signal: 4 });
    const third = await early;
    await third.wait({ timeout: 10_000 });
    await timeline.fence(4).wait({ timeout: 10_000 });
    await object.find(4n).wait({ timeout: 10_000 });
    expect([object.lastSignalled, object.lastSubmitted]).toEqual([4n, 9n]);
    expect([object.find(2n).signalled, object.find(5n).signalled]).toEqual([true, false]);
    expect(() => object.find(10n)).toThrow("has no point 10");
    await link.terminate();
    expect([object.find(4n).error, object.find(5n).error, object.find(10n).error]).toEqual([
      0,
      errno.ECANCELED,
      errno.ECANCELED,
    ]);
  });
});

test("many threads, thousands of seqnos: every thread sees every signal once, in order, with its outcome", async () => {
  const count = 2_000;
  const ours = new DriverTimeline("ours");
  const watchers = Array.from({ length: 3 }, () => start("watches.mjs"));
  const owner = start();
  const { timeline, handle } = owner.link.oweTimeline("theirs");
  const answers = watchers.map(async ({ worker }) => {
    for (;;) {
      const [message] = (await once(worker, "message")) as [unknown];
      if (message !== "ready") return message;
    }
  });
  for (const [i, { worker }] of watchers.entries()) {
    worker.postMessage({ theirs: timeline.handle, ours: ours.handle, count, blocking: i === 0 });
  }
  owner.tell("timeline", { owed: handle, count, pause: 0.02 });
  for (let i = 0; i < count; i++) {
    const made = ours.fence();
    if (i % 5 === 4) made.fail(errno.ENOSPC);
    else made.signal();
    if (i % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const answer of await Promise.all(answers)) {
    expect(answer).toEqual({ theirs: count, ours: count, outOfOrder: 0, wrong: 0 });
  }
  expect(openTimeline(timeline.handle).signalledThrough).toBe(BigInt(count));
  expect(openFence(shareFence(timeline.fence(count))).signalled).toBe(true);
}, 60_000);
