/** Threads that end: what they held fails or goes on, they are replaced, the others notice nothing. */
import { describe, expect, test } from "vitest";
import { submit } from "signalbox";
import { WorkerError } from "signalbox/workers";
import type { WorkerJob } from "signalbox/workers";
import { openOn } from "../../../dist/devices/workers/open.js";
import { nodeThreads } from "../../../dist/platform/threads.node.js";
import { basic, call, cells, fail, failureOf, open, reached, run } from "./support.ts";
import type { ThreadFacts } from "./support.ts";

const endsModule = new URL("./jobs/ends.mjs", import.meta.url);
const ends = (name: string, ...args: unknown[]): WorkerJob => ({ module: endsModule, export: name, args });

describe("a job that ends its thread", () => {
  test.each<[string, WorkerJob, object]>([
    ["by process.exit", ends("exit", 7), { message: 'The thread of lane "workers/0" exited with code 7' }],
    [
      "by an uncaught error",
      ends("uncaught", "stray"),
      { message: expect.stringContaining("exited with code 1"), cause: { name: "TypeError", message: "stray" } },
    ],
    [
      "by a rejection that nobody handles",
      ends("rejected", "loose"),
      { message: expect.stringContaining("exited with code 1"), cause: { message: "loose" } },
    ],
    [
      "when its module is loaded",
      { module: new URL("./jobs/exits-at-load.mjs", import.meta.url) },
      { message: expect.stringContaining("exited with code 3") },
    ],
  ])("%s fails with EIO and the exit's code, and the next job runs on a fresh thread", async (_, spec, cause) => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q");
    const before = await run(call<ThreadFacts>(queue, "thread"));
    const failure = await fail(queue.job(spec));
    expect(failure).toMatchObject({ code: "EIO", cause });
    expect(failure.cause).toBeInstanceOf(WorkerError);
    expect(failure.cause).toMatchObject({ name: "WorkerError", lane: "workers/0" });
    const after = await run(call<ThreadFacts>(queue, "thread"));
    expect(after.id).not.toBe(before.id);
    expect(after.calls).toBe(1);
    const { state, restarts, lastEnd } = device.lanes[0]!;
    expect([state, restarts]).toEqual(["ready", 1]);
    expect(lastEnd).toBe(failure.cause);
  });

  test("costs only the job that it was at: those behind it on the same lane run on the next thread, in order", async () => {
    const queue = (await open({ lanes: 1 })).queue("q", { lane: 0 });
    const shared = cells(60);
    // Quick by experience, so that others are with the thread already when it ends.
    for (let i = 0; i < 20; i++) await run(queue.job(ends("exitIf", false, 0)));
    await run(call(queue, "append", shared, 0));
    let asked = 0; // Once for each, though some are handed over twice.
    const appends = (i: number) =>
      queue.job({
        module: basic,
        export: "append",
        args: () => {
          asked++;
          return [shared, i];
        },
      });
    const jobs = Array.from({ length: 50 }, (_, i) =>
      i === 5 || i === 20 ? queue.job(ends("exitIf", true, i)) : appends(i),
    );
    submit(...jobs);
    await queue.drain();
    expect(asked).toBe(48);
    expect(jobs.flatMap((job, i) => (job.error === 0 ? [] : [i]))).toEqual([5, 20]);
    expect(jobs[20]!.failure()?.cause).toMatchObject({ message: expect.stringContaining("code 20") });
    expect([...shared.subarray(2, 50)]).toEqual(
      Array.from({ length: 50 }, (_, i) => i).filter((i) => i !== 5 && i !== 20),
    );
  });

  test("takes with it what was transferred to it, and says so", async () => {
    const queue = (await open({ lanes: 1 })).queue("q", { lane: 0 });
    const sum = (bytes: Uint8Array<ArrayBuffer>) =>
      queue.job<number>({ module: basic, export: "total", args: [bytes], transfer: [bytes.buffer] });
    for (let i = 0; i < 30; i++)
      await Promise.all([run(queue.job(ends("exitIf", false, 0))), run(sum(new Uint8Array(1)))]);
    const bytes = new Uint8Array(8);
    const [first, second, third] = [
      queue.job(ends("exitIf", true, 4)),
      sum(bytes),
      call(queue, "total", new Uint8Array([1, 2])),
    ];
    submit(first, second, third);
    const failure = await failureOf(second);
    expect(first.failure()?.cause).toMatchObject({ message: expect.stringContaining("code 4") });
    expect(failure.cause).toMatchObject({
      message: "The job's arguments were transferred to a thread that ended before it started the job",
      cause: first.failure()?.cause,
    });
    await third.wait();
    expect(third.result).toBe(3);
  });

  test("after it has ended well itself: its result stands, and whoever runs then fails", async () => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q");
    const [soon, next] = [queue.job(ends("exitSoon")), queue.job(ends("stay"))];
    submit(soon, next);
    await soon.wait();
    expect((await failureOf(next)).cause).toMatchObject({ message: expect.stringContaining("code 5") });
  });

  test("never stops the other lanes", async () => {
    const device = await open({ lanes: 2 });
    const [bad, good] = [device.queue("bad", { lane: 0 }), device.queue("good", { lane: 1 })];
    const { id } = await run(call<ThreadFacts>(good, "thread"));
    const exits = Array.from({ length: 20 }, (_, i) => bad.job(ends("exit", i)));
    const calls = Array.from({ length: 300 }, (_, i) => call(good, "add", i, 1));
    submit(...exits, ...calls);
    await Promise.all([bad.drain(), good.drain()]);
    expect(exits.map((job) => (job.failure()?.cause as Error).message)).toEqual(
      exits.map((_, i) => `The thread of lane "workers/0" exited with code ${i}`),
    );
    expect(calls.map((job) => job.result)).toEqual(calls.map((_, i) => i + 1));
    expect(await run(call<ThreadFacts>(good, "thread"))).toEqual({ id, calls: 2 });
    expect(device.lanes.map((lane) => lane.restarts)).toEqual([20, 0]);
  }, 30_000);
});

describe("restarting a lane", () => {
  test("ends a job that would run for ever; the lane goes on, the other lane didn't stop", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    const shared = cells(2);
    const other = device.queue("other", { lane: 1 });
    const stays = call(other, "meet", shared, 0, 1);
    submit(stays);
    await reached(shared, 0, 1);
    const hangs = call(queue, "spinForEver"); // The other lane is busy: this one goes to lane 0.
    const behind = call(queue, "add", 1, 1);
    submit(hangs, behind);
    await expect(hangs.wait({ timeout: 20 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
    const reason = new Error("took too long");
    await device.lanes[0]!.restart(reason);
    expect(hangs.failure()).toMatchObject({
      code: "EIO",
      cause: { message: 'The thread of lane "workers/0" was ended by a restart', cause: reason },
    });
    await behind.wait();
    expect(behind.result).toBe(2);
    expect(stays.signalled).toBe(false);
    Atomics.store(shared, 1, 1);
    Atomics.notify(shared, 1);
    await stays.wait();
    expect(stays.result).toBe(true);
    expect(device.lanes.map(({ name, state, restarts }) => [name, state, restarts])).toEqual([
      ["workers/0", "ready", 1],
      ["workers/1", "ready", 0],
    ]);
  });

  test("of an idle lane fails nothing", async () => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q");
    const before = await run(call<ThreadFacts>(queue, "thread"));
    await Promise.all([device.lanes[0]!.restart(), device.lanes[0]!.restart()]);
    const after = await run(call<ThreadFacts>(queue, "thread"));
    expect(after.id).not.toBe(before.id);
    expect(device.lanes[0]!.restarts).toBe(1);
    expect(device.lanes[0]!.lastEnd?.cause).toBeUndefined();
  });

  test("again and again, with work on it, loses no fence", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    const jobs = Array.from({ length: 2_000 }, (_, i) => call(queue, i % 10 === 0 ? "later" : "add", i, 1));
    submit(...jobs);
    const drained = queue.drain();
    for (let i = 0; i < 10; i++) {
      await device.lanes[i % 2]!.restart(i);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await drained;
    const failed = jobs.filter((job) => job.error !== 0);
    expect(failed.length).toBeLessThanOrEqual(10);
    for (const job of failed)
      expect(job.failure()?.cause).toMatchObject({ message: expect.stringMatching(/was ended by a restart/) });
    for (const [i, job] of jobs.entries()) if (job.error === 0) expect(job.result).toBe(i % 10 === 0 ? i : i + 1);
  }, 30_000);
});

describe("threads that can't start", () => {
  const entry = (name: string) => nodeThreads(new URL(`./jobs/${name}`, import.meta.url));

  test("at first: the device doesn't open, and says why", async () => {
    const error = await openOn(entry("throws-at-load.mjs"), { lanes: 2 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "ENODEV",
      message: `[Device "workers"] can't start its threads`,
      cause: {
        message: 'The thread of lane "workers/0" exited with code 1 before it was ready',
        cause: { message: "not today" },
      },
    });
  });

  test("later: the lane is given up after three, its queues end, the others go on; with the last lane the device is lost", async () => {
    const device = await openOn(entry("entry-that-may-die.mjs"), { lanes: 2 });
    const pool = device.queue("pool");
    const pinned = device.queue("pinned", { lane: 0 });
    const shared = cells(3);
    const stuck = call(pinned, "meet", shared, 0, 2);
    const behind = call(pinned, "add", 1, 1);
    submit(stuck, behind);
    await reached(shared, 0, 1);
    try {
      process.env["SIGNALBOX_TEST_DIE"] = "1";
      await device.lanes[0]!.restart();
      expect(await failureOf(behind)).toMatchObject({
        code: "EIO",
        cause: { message: 'The thread of lane "workers/0" exited with code 9 before it was ready' },
      });
      expect(stuck.failure()?.cause).toMatchObject({ message: expect.stringContaining("was ended by a restart") });
      expect([device.lanes[0]!.state, device.lanes[0]!.restarts]).toEqual(["dead", 3]);
      expect(device.state).toBe("open");
      expect(() => device.queue("more", { lane: 0 })).toThrow(expect.objectContaining({ code: "ENODEV" }));
      expect(await run(call(pool, "add", 1, 2))).toBe(3);

      const running = call(pool, "meet", shared, 1, 2);
      const waiting = call(pool, "add", 1, 1);
      submit(running, waiting);
      await reached(shared, 1, 1);
      await device.lanes[1]!.restart();
      expect(await failureOf(waiting)).toMatchObject({ code: "EIO" });
      expect(running.failure()?.cause).toMatchObject({ message: expect.stringContaining("was ended by a restart") });
      expect(device.state).toBe("lost");
      expect(() => device.queue("more")).toThrow('[Device "workers"] is lost and takes no queue');
      expect(() => pool.job({ module: basic })).toThrow(expect.objectContaining({ code: "ENODEV" }));
    } finally {
      delete process.env["SIGNALBOX_TEST_DIE"];
      await device.close();
    }
    expect(device.state).toBe("closed");
  });
});
