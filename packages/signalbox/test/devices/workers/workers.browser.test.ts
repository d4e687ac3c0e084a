/** Worker threads in a browser: the same device over dedicated workers. */
import { afterEach, describe, expect, test } from "vitest";
import { Timeline, submit } from "signalbox";
import type { Job, JobQueue } from "signalbox";
import { deviceConformance } from "signalbox/testing";
import { WorkerError, openWorkers } from "signalbox/workers";
import type { WorkerJob, WorkersDevice, WorkersOptions } from "signalbox/workers";

const basic = new URL("./jobs/basic.mjs", import.meta.url);
const browser = new URL("./jobs/browser.mjs", import.meta.url);
const throws = new URL("./jobs/throws.mjs", import.meta.url);

interface ThreadFacts {
  readonly id: number;
}

const opened: WorkersDevice[] = [];

async function open(options: WorkersOptions): Promise<WorkersDevice> {
  const device = await openWorkers(options);
  opened.push(device);
  return device;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close({ timeout: 0 })));
});

function call<R>(queue: JobQueue<WorkerJob>, name: string, ...args: unknown[]): Job<R, WorkerJob> {
  return queue.job<R>({ module: basic, export: name, args });
}

async function run<R>(job: Job<R, WorkerJob>): Promise<R> {
  submit(job);
  await job.wait({ timeout: 10_000 });
  return job.result;
}

async function causeOf(job: Job<unknown, WorkerJob>): Promise<unknown> {
  submit(job);
  await job.wait({ timeout: 10_000 }).catch(() => {});
  return job.failure()?.cause;
}

describe("jobs", () => {
  test("go there and come back: values, results by transfer, async exports", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    expect(await run(call(queue, "add", 2, 3))).toBe(5);
    expect(await run(call(queue, "default", "text", { deep: [1n] }))).toEqual(["text", { deep: [1n] }]);
    expect(await run(call(queue, "later", "soon", 5))).toBe("soon");
    const made = call<Uint8Array<ArrayBuffer>>(queue, "fill", 1 << 16, 2);
    const summed = queue.job<number>({
      module: basic,
      export: "total",
      args: () => [made.result],
      transfer: ([it]) => [(it as Uint8Array<ArrayBuffer>).buffer],
    });
    submit(made, summed.after(made));
    await summed.wait();
    expect(summed.result).toBe(2 << 16);
    expect(made.result.byteLength).toBe(0);
  });

  test("run at once on two lanes, in order on one, and signal in order", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const [a, b] = [call(queue, "meet", shared, 0, 1), call(queue, "meet", shared, 1, 0)];
    submit(a, b);
    await b.wait();
    expect([a.result, b.result, a.signalled]).toEqual([true, true, true]);
    const pinned = device.queue("pinned", { lane: 1 });
    const order = new Int32Array(new SharedArrayBuffer(4 * 501));
    submit(...Array.from({ length: 500 }, (_, i) => call(pinned, "append", order, i)));
    await pinned.drain();
    expect([...order.subarray(1)]).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  test("that fail say why", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const cause = await causeOf(queue.job({ module: throws, export: "own" }));
    expect(cause).toBeInstanceOf(WorkerError);
    expect(cause).toMatchObject({
      name: "DecodeError",
      message: "no marker",
      code: "EBADJPEG",
      lane: "workers/0",
      cause: { name: "RangeError", cause: { at: 7 } },
    });
    expect((cause as Error).stack).toContain("throws.mjs");
    expect(await causeOf(call(queue, "missing"))).toMatchObject({
      message: expect.stringContaining('has no export "missing", only "add"'),
    });
    expect(await causeOf(queue.job({ module: new URL("./jobs/nowhere.mjs", import.meta.url) }))).toMatchObject({
      code: "ENOENT",
      message: expect.stringContaining("can't be imported"),
    });
    expect(await causeOf(queue.job({ module: basic, args: [() => 1] }))).toMatchObject({ name: "DataCloneError" });
    expect(await causeOf(queue.job({ module: throws, export: "notClonable" }))).toMatchObject({
      name: "DataCloneError",
      lane: "workers/0",
    });
    const bytes = new Uint8Array(4);
    const twice = [1, 2].map(() =>
      queue.job({ module: basic, export: "total", args: [bytes], transfer: [bytes.buffer] }),
    );
    submit(...twice);
    await queue.drain();
    expect(twice.map((job) => job.failure()?.code)).toEqual([undefined, "EINVAL"]);
    expect(await run(call(queue, "add", 1, 1))).toBe(2);
  });
});

describe("threads that end", () => {
  test.each([
    ["by close()", "close", "exited with code 0"],
    ["by an uncaught error", "uncaught", "exited with code 1"],
    ["by a rejection that nobody handles", "rejected", "exited with code 1"],
  ])("%s fail the job they were at, and are replaced", async (_, name, message) => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q");
    const before = await run(call<ThreadFacts>(queue, "thread"));
    const cause = await causeOf(queue.job({ module: browser, export: name }));
    expect(cause).toMatchObject({ message: expect.stringContaining(message) });
    if (name !== "close")
      expect((cause as Error).cause).toMatchObject({ message: expect.stringContaining(`on purpose: ${name}`) });
    const after = await run(call<ThreadFacts>(queue, "thread"));
    expect(after.id).not.toBe(before.id);
    expect(device.lanes[0]!.restarts).toBe(1);
  });

  test("because they were killed: the other lane goes on", async () => {
    const device = await open({ lanes: 2 });
    const [one, other] = [device.queue("one", { lane: 0 }), device.queue("other", { lane: 1 })];
    const hangs = call(one, "spinForEver");
    const behind = call(one, "add", 1, 1);
    submit(hangs, behind);
    expect(await run(call(other, "later", "here", 20))).toBe("here");
    await device.lanes[0]!.restart(new Error("enough"));
    expect(hangs.failure()).toMatchObject({
      code: "EIO",
      cause: { message: 'The thread of lane "workers/0" was ended by a restart', cause: { message: "enough" } },
    });
    await behind.wait();
    expect(behind.result).toBe(2);
    expect(device.lanes[1]!.restarts).toBe(0);
  });
});

describe("a job that is out of time", () => {
  test.each([
    ["of a pinned queue", { lane: 0 }],
    ["of a queue of the pool", {}],
  ])("in an endless loop, %s, ends with ETIME, and the others go on", async (_, options) => {
    const device = await open({ lanes: 2, spares: 1 });
    const [bad, good] = [device.queue("bad", options), device.queue("good", { lane: 1 })];
    const { id } = await run(call<ThreadFacts>(good, "thread"));
    while (device.spares === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const hung = bad.job({ module: basic, export: "spinForEver", timeout: 200 });
    const behind = call<number>(bad, "add", 1, 1);
    submit(hung, behind);
    for (let done = 0; done < 20 || !hung.signalled; done++) {
      expect(await run(call(good, "later", done, 1))).toBe(done); // Or it hangs, too.
    }
    expect(hung.failure()).toMatchObject({
      code: "ETIME",
      cause: {
        message: expect.stringMatching(/^\[Job "bad:1"\] did not end within 200 ms: it had run for \d+ ms on lane/),
      },
    });
    await behind.wait();
    expect(behind.result).toBe(2);
    expect(device.lanes.map((lane) => lane.restarts)).toEqual([1, 0]);
    expect(await run(call<ThreadFacts>(good, "thread"))).toMatchObject({ id });
    while (device.spares === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test("in every lane at once: all lanes go on", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    const hung = [1, 2].map(() => queue.job({ module: basic, export: "spinForEver", timeout: 100 }));
    const behind = Array.from({ length: 10 }, (_, i) => call(queue, "add", i, 1));
    submit(...hung, ...behind);
    await queue.drain();
    expect(hung.map((job) => job.failure()?.code)).toEqual(["ETIME", "ETIME"]);
    expect(behind.map((job) => job.result)).toEqual(behind.map((_, i) => i + 1));
    expect(device.lanes.map((lane) => lane.restarts)).toEqual([1, 1]);
  });

  test("in a loop that ends now and then: a result or ETIME, and nobody else is hurt", async () => {
    const device = await open({ lanes: 2, spares: 1 });
    const [late, good] = [device.queue("late"), device.queue("good")];
    await run(call(good, "add", 1, 1));
    const racing = Array.from({ length: 8 }, (_, i) =>
      late.job({ module: basic, export: "spin", args: [49 + i / 4], timeout: 50 }),
    );
    const behind = Array.from({ length: 80 }, (_, i) => call(good, "add", i, 1));
    submit(...racing, ...behind);
    await Promise.all([late.drain(), good.drain()]);
    expect(behind.map((job) => job.result)).toEqual(behind.map((_, i) => i + 1));
    for (const job of racing) expect(["ETIME", undefined]).toContain(job.failure()?.code);
  });
});

test("closing with work in flight signals every fence", async () => {
  for (let round = 0; round < 5; round++) {
    const device = await open({ lanes: 2, slots: 4 });
    const queue = device.queue("q");
    const never = new Timeline("never").fence();
    const jobs = Array.from({ length: 40 }, (_, i) => call(queue, i % 4 === 0 ? "later" : "add", i, 1));
    if (round % 2 === 1)
      jobs.push(call(device.queue("p", { lane: 0 }), "later", 0, 1e6), call(queue, "add", 1, 1).after(never.fence));
    submit(...jobs);
    await device.close(round % 2 === 1 ? { timeout: 50 } : {});
    expect(jobs.every((job) => job.signalled)).toBe(true);
    expect(jobs.slice(0, 40).every((job) => job.error === 0 || round % 2 === 1)).toBe(true);
    for (const job of jobs.slice(40)) expect(job.failure()).toMatchObject({ code: "ETIME", cause: { code: "ETIME" } });
    never.signal(); // Kept so long: dropped, it would be told of.
  }
});

describe("conformance", () => {
  for (const check of deviceConformance<WorkerJob>({
    name: "workers",
    open: () => openWorkers({ lanes: 2 }),
    works: (_, base) => ({ ...base, module: basic, export: "add", args: [1, 2] }),
    fails: (_, base) => ({ ...base, module: throws, export: "own" }),
    slow: (_, base) => ({ ...base, module: basic, export: "later", args: [0, 50] }),
    hangs: (_, base) => ({ ...base, module: basic, export: "spinForEver" }),
    invalid: { module: "./relative.js" },
  })) {
    test(check.name, () => check.run());
  }
});
