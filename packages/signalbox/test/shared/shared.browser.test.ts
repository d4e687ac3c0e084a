/** Fences across threads in a browser: the same, over dedicated workers; and what a browser doesn't tell. */
import { afterEach, describe, expect, test } from "vitest";
import { Timeline, errno } from "signalbox";
import { DriverTimeline, linkThread, openTimeline, shareFence, waitBlocking } from "signalbox/shared";
import type { ThreadLink } from "signalbox/shared";

interface Thread {
  readonly worker: Worker;
  readonly link: ThreadLink;
  tell(deed: string, what: object): void;
}

const started: Thread[] = [];

function answered(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.addEventListener("message", () => resolve(), { once: true });
  });
}

/** Resolves when a link waits for a thread's lock: the thread holds it, and both have said so. */
async function lockAwaited(): Promise<void> {
  for (;;) {
    const { pending = [] } = await navigator.locks.query();
    if (pending.some(({ name }) => name?.startsWith("signalbox thread") === true)) return;
  }
}

/** A thread whose program listens. */
async function start(): Promise<Thread> {
  const worker = new Worker(new URL("./threads/owes.mjs", import.meta.url), { type: "module" });
  await answered(worker);
  worker.addEventListener("error", (event) => event.preventDefault());
  const thread: Thread = {
    worker,
    link: linkThread(worker, { name: "worker" }),
    tell: (deed, what) => worker.postMessage({ deed, ...what }),
  };
  started.push(thread);
  return thread;
}

afterEach(() => {
  for (const { link, worker } of started.splice(0)) {
    link.close();
    worker.terminate();
  }
});

test("a thread signals, fails, and waits: blocking and not", async () => {
  const { link, tell } = await start();
  const [well, badly, relayed, blocked] = ["well", "badly", "relayed", "blocked"].map((name) => link.owe(name));
  const before = new Timeline("before").fence();
  tell("signal", { owed: well!.handle });
  tell("fail", { owed: badly!.handle, words: "no marker" });
  tell("relay", { after: shareFence(before.fence), owed: relayed!.handle });
  tell("relayBlocking", { after: shareFence(before.fence), owed: blocked!.handle });
  await well!.fence.wait({ timeout: 10_000 });
  await expect(badly!.fence.wait({ timeout: 10_000 })).rejects.toMatchObject({
    code: "EIO",
    cause: { message: "no marker" },
  });
  before.fail(errno.ENOSPC, new Error("disk full"));
  for (const owed of [relayed!, blocked!]) {
    await expect(owed.fence.wait({ timeout: 10_000 })).rejects.toMatchObject({ code: "ENOSPC" });
  }
});

test("a timeline and a sync object of a thread, point by point", async () => {
  const { link, tell } = await start();
  const { timeline, handle } = link.oweTimeline("frames");
  const fences = Array.from({ length: 500 }, (_, i) => timeline.fence(i + 1));
  tell("timeline", { owed: handle, count: 500 });
  await fences.at(-1)!.wait({ timeout: 10_000 });
  fences.forEach((fence, i) => {
    expect([i % 7 === 6 ? errno.EIO : 0, errno.ENODATA]).toContain(fence.error);
  });
  const { object, handle: points } = link.oweSyncObject("points");
  const own = link.oweTimeline("own");
  tell("points", { owed: { object: points, timeline: own.handle }, count: 9, signal: 4 });
  await object.at(4n).wait({ forSubmit: true, timeout: 10_000 });
  expect([object.lastSignalled, object.lastSubmitted]).toEqual([4n, 9n]);
});

test("a page may not block, and is told so", async () => {
  const { link } = await start();
  const { fence } = link.owe("picture");
  expect(() => waitBlocking(fence)).toThrow(
    expect.objectContaining({ code: "EINVAL", message: expect.stringContaining("may not block") }),
  );
});

describe("a thread that ends", () => {
  test("is noticed once it has opened what it owes, however it ended: it holds a lock", async () => {
    const { link, tell, worker } = await start();
    const [opened, unopened] = [link.owe("opened"), link.owe("unopened")];
    tell("claim", { owed: opened.handle });
    const well = link.owe("well");
    tell("signal", { owed: well.handle });
    await well.fence.wait({ timeout: 10_000 });
    await lockAwaited();
    worker.terminate();
    for (const { fence } of [opened, unopened]) {
      await expect(fence.wait({ timeout: 10_000 })).rejects.toMatchObject({ code: "ECANCELED" });
    }
    expect([well.fence.error, link.state]).toEqual([0, "ended"]);
  });

  test("by its link fails what it owes at once", async () => {
    const { link, tell } = await start();
    const { fence, handle } = link.owe("picture");
    tell("spin", { owed: handle });
    await link.terminate();
    expect([fence.signalled, fence.error]).toEqual([true, errno.ECANCELED]);
  });

  test("is told by the program, where nothing else tells", async () => {
    const { link, worker } = await start();
    const { fence } = link.owe("picture");
    worker.terminate();
    link.ended(new Error("I did it"));
    expect(fence.failure()?.cause).toMatchObject({ cause: { message: "I did it" } });
  });

  test("is noticed by a link over a port too", async () => {
    const { worker, tell } = await start();
    const { port1 } = new MessageChannel();
    const link = linkThread(port1, { name: "port" });
    const { fence, handle } = link.owe("picture");
    tell("claim", { owed: handle });
    await lockAwaited();
    worker.terminate();
    await expect(fence.wait({ timeout: 10_000 })).rejects.toMatchObject({ code: "ECANCELED" });
  });

  test("is nothing to a link that was closed: its lock is not waited for any more", async () => {
    const { link, tell } = await start();
    tell("claim", { owed: link.owe("picture").handle });
    await lockAwaited();
    link.close();
    for (;;) if ((await navigator.locks.query()).pending?.length === 0) break;
    expect(link.state).toBe("closed");
  });
});

test("a timeline of the page is seen in a thread", async () => {
  const { link, tell } = await start();
  const ours = new DriverTimeline("ours");
  const { fence, handle } = link.owe("after");
  const first = ours.fence();
  tell("relayBlocking", { after: shareFence(first.fence), owed: handle });
  first.signal();
  await fence.wait({ timeout: 10_000 });
  expect(openTimeline(ours.handle).signalledThrough).toBe(1n);
});
