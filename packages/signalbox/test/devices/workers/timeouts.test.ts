/** Jobs that are out of time: their thread is ended and replaced, they end when it is gone, and nobody else notices. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SignalboxError, submit } from "signalbox";
import type { Job, JobQueue } from "signalbox";
import { WorkerError, openWorkers } from "signalbox/workers";
import type { WorkerJob } from "signalbox/workers";
import { openOn } from "../../../dist/devices/workers/open.js";
import { nodeThreads } from "../../../dist/platform/threads.node.js";
import { basic, call, cells, fail, failureOf, open, pause, reached, run, spareReady } from "./support.ts";
import type { ThreadFacts } from "./support.ts";

const hangsModule = new URL("./jobs/hangs.mjs", import.meta.url);
/** How long a job that hangs may take, in ms: long enough for a busy machine to import its module and begin it. */
const LIMIT = 250;
/** A job that hangs. The others of these tests may take as long as they do: on a busy machine that is long. */
const hangs = (queue: JobQueue<WorkerJob>, name: string, ...args: unknown[]): Job<unknown, WorkerJob> =>
  queue.job({ module: hangsModule, export: name, args, timeout: LIMIT });

describe("a job that never ends", () => {
  test.each<[string, string, { lane?: number }]>([
    ["in an endless loop, of a pinned queue", "loop", { lane: 0 }],
    ["in an endless loop, of a queue of the pool", "loop", {}],
    ["since it awaits what never comes", "forget", {}],
  ])("%s, ends with ETIME and says which, where and how long; the jobs behind it run", async (_, name, options) => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q", options);
    const before = await run(call<ThreadFacts>(queue, "thread"));
    const hung = hangs(queue, name, cells(1), 0);
    const behind = [call<number>(queue, "add", 1, 1), call<number>(queue, "later", 3, 5)];
    const began = performance.now();
    submit(hung, ...behind);
    const failure = await failureOf(hung);
    expect(performance.now() - began).toBeGreaterThan(LIMIT - 1);
    expect(failure).toMatchObject({ code: "ETIME", queue: "q", cause: { code: "ETIME" } });
    expect(failure.cause).toBeInstanceOf(SignalboxError);
    const { message, cause } = failure.cause as SignalboxError;
    const [, ran] = /^\[Job "q:2"\] did not end within 250 ms: it had run for (\d+) ms on lane "workers\/0"$/.exec(
      message,
    )!;
    expect(Number(ran)).toBeGreaterThanOrEqual(LIMIT);
    expect(cause).toBeInstanceOf(WorkerError);
    expect(cause).toMatchObject({
      message: 'The thread of lane "workers/0" was ended, since job "q:2" was out of time',
      lane: "workers/0",
    });
    for (const job of behind) await job.wait();
    expect(behind.map((job) => job.result)).toEqual([2, 3]);
    const after = await run(call<ThreadFacts>(queue, "thread"));
    expect(after.id).not.toBe(before.id);
    const { state, restarts, lastEnd } = device.lanes[0]!;
    expect([state, restarts]).toEqual(["ready", 1]);
    expect(lastEnd).toBe(cause);
  });

  test("in every lane at once: all end with ETIME, all lanes go on", async () => {
    const device = await open({ lanes: 3 });
    const [pool, pinned] = [device.queue("pool"), device.queue("pinned", { lane: 1 })];
    // A job's time is not to be over while its thread imports the module beside two others on two cores.
    for (let lane = 0; lane < 3; lane++) {
      const warm = device.queue(`warm ${lane}`, { lane });
      await run(warm.job({ module: hangsModule, export: "loopIf", args: [false] }));
    }
    const here = cells(1);
    const hung = [hangs(pinned, "loop", here, 0), hangs(pool, "loop", here, 0), hangs(pool, "loop", here, 0)];
    const behind = Array.from({ length: 30 }, (_, i) => call(i % 2 === 0 ? pool : pinned, "add", i, 1));
    submit(...hung, ...behind);
    for (const job of hung) expect(await failureOf(job)).toMatchObject({ code: "ETIME" });
    for (const [i, job] of behind.entries()) {
      await job.wait();
      expect(job.result).toBe(i + 1);
    }
    expect(here[0]).toBe(3);
    expect(device.lanes.map((lane) => lane.restarts)).toEqual([1, 1, 1]);
  });

  test("never stops the other lane: it goes on completing jobs, on the same thread, all the while", async () => {
    const device = await open({ lanes: 2 });
    const [bad, good] = [device.queue("bad", { lane: 0 }), device.queue("good", { lane: 1 })];
    const { id } = await run(call<ThreadFacts>(good, "thread"));
    const done: number[] = [];
    let streaming = true;
    const stream = async (): Promise<void> => {
      while (streaming) {
        expect(await run(call(good, "add", done.length, 1))).toBe(done.length + 1);
        done.push(performance.now());
        await new Promise((resolve) => setTimeout(resolve, 1)); // A stream, not a flood: the machine has other work.
      }
    };
    const streams = stream();
    for (let round = 0; round < 3; round++) {
      const here = cells(1);
      const hung = hangs(bad, "loop", here, 0);
      submit(hung);
      await reached(here, 0, 1);
      const before = done.length;
      await failureOf(hung);
      expect(done.length - before).toBeGreaterThan(0);
    }
    streaming = false;
    await streams;
    expect(await run(call<ThreadFacts>(good, "thread"))).toEqual({ id, calls: 2 });
    expect(device.lanes.map((lane) => lane.restarts)).toEqual([3, 0]);
  });

  test("two in a row on one lane: each has its own time", async () => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q", { lane: 0 });
    const here = cells(2);
    const [first, second, last] = [
      hangs(queue, "loop", here, 0),
      hangs(queue, "loop", here, 1),
      call(queue, "add", 1, 1),
    ];
    submit(first, second, last);
    await failureOf(first);
    const began = performance.now();
    await reached(here, 1, 1);
    expect((await failureOf(second)).cause).toMatchObject({
      message: expect.stringMatching(/^\[Job "q:2"\] did not end within 250 ms/),
    });
    expect(performance.now() - began).toBeGreaterThan(LIMIT - 10);
    await last.wait();
    expect(last.result).toBe(2);
  });

  test("takes with it what was transferred to its thread, and nothing else", async () => {
    const queue = (await open({ lanes: 1 })).queue("q", { lane: 0 });
    const sum = (bytes: Uint8Array<ArrayBuffer>) =>
      queue.job<number>({ module: basic, export: "total", args: [bytes], transfer: [bytes.buffer] });
    for (let i = 0; i < 30; i++) await Promise.all([run(hangs(queue, "loopIf", false)), run(sum(new Uint8Array(1)))]);
    const [hung, transferred, copied] = [
      hangs(queue, "loopIf", true),
      sum(new Uint8Array(8)),
      call(queue, "total", new Uint8Array([1, 2])),
    ];
    submit(hung, transferred, copied);
    expect(await failureOf(hung)).toMatchObject({ code: "ETIME" });
    expect(await failureOf(transferred)).toMatchObject({
      code: "EIO",
      cause: {
        message: "The job's arguments were transferred to a thread that ended before it started the job",
        cause: { message: expect.stringContaining("was out of time") },
      },
    });
    await copied.wait();
    expect(copied.result).toBe(3);
  });
});

describe("a job's time", () => {
  test("runs from when its thread begins it, however long it has waited", async () => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q", { timeout: 500 });
    await run(call(queue, "spin", 1));
    // The last of them begins when its timeout has passed twice since it was submitted.
    const jobs = Array.from({ length: 8 }, () => call(queue, "spin", 150));
    submit(...jobs);
    await queue.drain();
    expect(jobs.map((job) => job.error)).toEqual(jobs.map(() => 0));
    expect(device.lanes[0]!.restarts).toBe(0);
  });

  test("is told on this side's clock, though somebody has set the clock of the machine between the start of the two", async () => {
    const threads = nodeThreads(new URL("../../../dist/devices/workers/entry.node.js", import.meta.url));
    for (const shift of [-3_600_000, 3_600_000]) {
      const device = await openOn(
        {
          parallelism: () => 1,
          canShareMemory: () => true,
          spawn: (name, listener) =>
            threads.spawn(name, {
              message: (data) => {
                const [kind, origin, ...rest] = Array.isArray(data) ? (data as unknown[]) : [];
                // The first message of a thread tells the origin of its clock, as the system's says it.
                listener.message(kind === 0 && rest.length > 0 ? [kind, (origin as number) + shift, ...rest] : data);
              },
              messageError: (error) => listener.messageError(error),
              stopped: () => listener.stopped(),
              exited: (code, error) => listener.exited(code, error),
            }),
        },
        { lanes: 1 },
      );
      const queue = device.queue("q", { timeout: 1_000 });
      const [long, hung] = [
        call(queue, "spin", 100),
        queue.job({ module: hangsModule, export: "forget", timeout: 200 }),
      ];
      submit(long, hung);
      const began = performance.now();
      await failureOf(hung);
      expect(performance.now() - began).toBeLessThan(900);
      expect(performance.now() - began).toBeGreaterThan(180);
      expect(long.error).toBe(0);
      await device.close();
    }
  }, 30_000);

  test("is over when somebody says so: triggerTimeout ends what runs, and asks nothing of what waits", async () => {
    const device = await open({ lanes: 1 });
    const [queue, other] = [device.queue("q"), device.queue("other")];
    const here = cells(1);
    const hung = queue.job({ module: hangsModule, export: "loop", args: [here, 0], timeout: 60_000 });
    const [behind, waiting] = [call(queue, "add", 1, 1), call(other, "add", 2, 2)];
    submit(hung, behind, waiting);
    await reached(here, 0, 1);
    expect(other.triggerTimeout()).toBe(true);
    await pause(10);
    expect(device.lanes[0]!.restarts).toBe(0);
    expect(queue.triggerTimeout()).toBe(true);
    expect((await failureOf(hung)).cause).toMatchObject({
      message: expect.stringMatching(
        /^\[Job "q:1"\] was ended before its time: it had run for \d+ ms on lane "workers\/0"$/,
      ),
    });
    await Promise.all([behind.wait(), waiting.wait()]);
    expect([behind.result, waiting.result, device.lanes[0]!.restarts]).toEqual([2, 4, 1]);
  });

  test("that was over too often bans the queue, and no other", async () => {
    const device = await open({ lanes: 1, spares: 1 });
    const [bad, good] = [device.queue("bad", { timeout: 60, banAfter: 2, jobs: 1 }), device.queue("good")];
    const jobs = Array.from({ length: 4 }, () => hangs(bad, "forget"));
    const kept = call(good, "add", 1, 1);
    submit(...jobs, kept);
    await bad.drain();
    expect(jobs.map((job) => job.failure()!.code)).toEqual(["ETIME", "ETIME", "ECANCELED", "ECANCELED"]);
    expect(() => bad.job({ module: basic })).toThrow(expect.objectContaining({ code: "ENODEV" }));
    await kept.wait();
    expect(await run(call(good, "add", 1, 1))).toBe(2);
  });
});

describe("a thread that is being ended", () => {
  test("lets the device be closed, with a timeout, and killed", async () => {
    for (const end of ["close", "kill"] as const) {
      const device = await open({ lanes: 2 });
      const [queue, other] = [device.queue("q", { lane: 0 }), device.queue("other", { lane: 1 })];
      const here = cells(1);
      const [hung, behind, never] = [hangs(queue, "loop", here, 0), call(queue, "add", 1, 1), hangs(other, "forget")];
      submit(hung, behind, never);
      await reached(here, 0, 1);
      await pause(LIMIT); // It is out of time about now, before, or after.
      if (end === "kill") device.kill(new Error("enough"));
      await device.close({ timeout: end === "close" ? 0 : 50 });
      expect(hung.failure()!.code).toBe("ETIME");
      expect(behind.signalled && never.failure()!.code).toBe("ETIME");
      expect([device.state, ...device.lanes.map((lane) => lane.state)]).toEqual(["closed", "dead", "dead"]);
    }
  });

  test.skipIf(process.platform === "win32")(
    "and can't be, in a call of the system (promise 8): its job goes on running and is asked about again; the pool runs elsewhere what it held",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "signalbox-"));
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      const device = await open({ lanes: 2 });
      const [blocking, quick] = [device.queue("blocking"), device.queue("quick")];
      for (let i = 0; i < 50; i++) {
        submit(call(quick, "add", 1, 1), call(quick, "add", 1, 1), call(blocking, "read"), call(blocking, "read"));
        await Promise.all([quick.drain(), blocking.drain()]);
      }
      const here = cells(1);
      const hung = hangs(blocking, "read", pipe, here);
      const others = Array.from({ length: 40 }, (_, i) => call(quick, "add", i, 1));
      submit(hung, ...others);
      await quick.drain();
      expect(others.map((job) => job.result)).toEqual(others.map((_, i) => i + 1));
      await pause(2 * LIMIT);
      expect([hung.stage, hung.signalled]).toEqual(["running", false]);
      expect(device.lanes.map((lane) => lane.restarts)).toEqual([0, 0]);
      closeSync(openSync(pipe, "w")); // Its call returns.
      expect((await failureOf(hung)).code).toBe("ETIME");
      expect(await run(call(quick, "add", 1, 1))).toBe(2);
      expect(device.lanes.map((lane) => lane.restarts).sort()).toEqual([0, 1]);
      rmSync(folder, { recursive: true });
    },
  );
});

describe("a spare", () => {
  test("takes the place of a thread that had to be ended, or has ended, and is replaced itself", async () => {
    const device = await open({ lanes: 1, spares: 1 });
    const queue = device.queue("q");
    for (let round = 1; round <= 4; round++) {
      await spareReady(device);
      const { id } = await run(call<ThreadFacts>(queue, "thread"));
      const ends =
        round % 2 === 0 ? queue.job({ module: "data:text/javascript,process.exit(3)" }) : hangs(queue, "forget");
      const next = call<ThreadFacts>(queue, "thread");
      submit(ends, next);
      await failureOf(ends);
      await Promise.resolve();
      // There was no start to wait for.
      expect([device.lanes[0]!.state, device.lanes[0]!.restarts]).toEqual(["ready", round]);
      await next.wait();
      expect(next.result.id).not.toBe(id);
      expect(next.result.calls).toBe(1);
    }
    await spareReady(device);
    await device.close();
    expect(device.spares).toBe(0);
  });

  test("has imported the modules that jobs ran, but for those that end their thread", async () => {
    const device = await open({ lanes: 1, spares: 1 });
    const queue = device.queue("q");
    const module =
      "data:text/javascript,const at = performance.timeOrigin + performance.now(); export default () => at;";
    await spareReady(device);
    await run(queue.job({ module }));
    // The spare that is there when the module is first run, the one that is started later, and one that is after others have died.
    for (let round = 0; round < 3; round++) {
      if (round === 2) await fail(queue.job({ module: new URL("./jobs/exits-at-load.mjs", import.meta.url) }));
      await spareReady(device);
      const hung = queue.job({ module: hangsModule, export: "forget", timeout: 500 });
      const next = queue.job<number>({ module });
      submit(hung, next);
      await failureOf(hung);
      const ended = performance.timeOrigin + performance.now();
      await next.wait();
      expect(next.result).toBeLessThan(ended - 100);
    }
    expect(device.lanes[0]!.restarts).toBe(4);
  });

  test("that can't start is tried three times, and then done without", async () => {
    process.env["SIGNALBOX_TEST_DIE"] = "";
    const threads = nodeThreads(new URL("./jobs/entry-that-may-die.mjs", import.meta.url));
    let spawned = 0;
    const device = await openOn(
      {
        ...threads,
        spawn(name, listener) {
          spawned++;
          if (name === "workers/spare") process.env["SIGNALBOX_TEST_DIE"] = "1";
          return threads.spawn(name, listener);
        },
      },
      { lanes: 1, spares: 2 },
    );
    while (spawned < 5) await pause(1);
    await pause(50);
    delete process.env["SIGNALBOX_TEST_DIE"];
    expect([spawned, device.spares]).toEqual([5, 0]);
    const queue = device.queue("q");
    const [hung, next] = [hangs(queue, "forget"), call(queue, "add", 1, 1)];
    submit(hung, next);
    await next.wait({ timeout: 10_000 });
    expect([hung.failure()!.code, next.result, device.lanes[0]!.state]).toEqual(["ETIME", 2, "ready"]);
    await device.close();
  });

  test.each([-1, 1.5, 1_025])("%d of them make no sense", async (spares) => {
    await expect(openWorkers({ lanes: 1, spares })).rejects.toThrow(
      new RangeError(`[Device "workers"] takes a number of spares from 0 to 1024 (got ${spares})`),
    );
  });
});
