/** Jobs there and back: values, order, parallelism, arguments, transfer. */
import { describe, expect, test } from "vitest";
import { FenceError, SignalboxError, Timeline, submit } from "signalbox";
import { basic, call, cells, failureOf, open, reached, run } from "./support.ts";
import type { ThreadFacts } from "./support.ts";

describe("values", () => {
  test("arguments arrive, and so does what the export returns", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    expect(await run(call(queue, "add", 2, 3))).toBe(5);
    const all = [
      1,
      "two",
      null,
      undefined,
      true,
      4n,
      { deep: [new Date(5), new Map([[1, /x/g]])] },
      new Uint8Array([6]),
    ];
    expect(await run(call(queue, "default", ...all))).toEqual(all);
    expect(await run(queue.job({ module: basic.href, args: ["named by a string, export left out"] }))).toEqual([
      "named by a string, export left out",
    ]);
    expect(await run(queue.job({ module: basic }))).toEqual([]);
  });

  test.each(["undefined", "null", "true", "false", "nan", "zero", "string", "bigint"])(
    "%s comes back as it is",
    async (kind) => {
      const expected = {
        undefined,
        null: null,
        true: true,
        false: false,
        nan: NaN,
        zero: -0,
        string: "text",
        bigint: 12n,
      }[kind];
      const queue = (await open({ lanes: 1 })).queue("q");
      expect(await run(call(queue, "give", kind))).toBe(expected);
    },
  );

  test("what an async export resolves to is the result, and the next job waits for it", async () => {
    const device = await open({ lanes: 1 });
    const queue = device.queue("q");
    const shared = cells(3);
    const slow = call(queue, "later", "slow", 20);
    const next = call(queue, "append", shared, 7);
    submit(slow, next);
    await next.wait();
    expect(slow.result).toBe("slow");
    expect([...shared]).toEqual([1, 7, 0]);
  });

  test("a result is not readable before the fence signalled", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const job = call(queue, "add", 1, 1);
    submit(job);
    expect(() => job.result).toThrow(SignalboxError);
    await job.wait();
    expect(job.result).toBe(2);
  });

  test.each([[[]], [[1]], [[-0, NaN]], [[Infinity, 0.1]], [[1, undefined]], [[1, 2, 3]], [[1n]], [[1, "2"]]])(
    "arguments arrive as they are, whichever way they go: case %#",
    { timeout: 10_000 },
    async (args) => {
      const queue = (await open({ lanes: 1 })).queue("q");
      expect(await run(call<unknown[]>(queue, "default", ...args))).toEqual(args);
    },
  );
});

describe("order and parallelism", () => {
  test("a queue that is pinned to a lane runs its jobs one after the other, on that lane's thread", async () => {
    const device = await open({ lanes: 3, slots: 4 });
    const queue = device.queue("q", { lane: 1 });
    const shared = cells(201);
    submit(...Array.from({ length: 200 }, (_, i) => call(queue, "append", shared, i)));
    const first = await run(call<ThreadFacts>(queue, "thread"));
    expect([...shared.subarray(1)]).toEqual(Array.from({ length: 200 }, (_, i) => i));
    const again = await run(call<ThreadFacts>(queue, "thread"));
    expect(again).toEqual({ id: first.id, calls: 2 });
    const other = await run(call<ThreadFacts>(device.queue("other", { lane: 2 }), "thread"));
    expect(other.id).not.toBe(first.id);
  });

  test("jobs of a queue without a lane run at once on different threads: each goes on only when the other is there", async () => {
    const queue = (await open({ lanes: 2 })).queue("q");
    const shared = cells(2);
    const [a, b] = [call(queue, "meet", shared, 0, 1), call(queue, "meet", shared, 1, 0)];
    submit(a, b);
    await b.wait();
    expect([a.result, b.result]).toEqual([true, true]);
  });

  test("fences signal in the order of submission, though a later job is done first", async () => {
    const queue = (await open({ lanes: 2 })).queue("q");
    const shared = cells(3);
    const slow = call(queue, "meet", shared, 0, 2);
    const quick = call(queue, "append", shared.subarray(1, 3), 0);
    const probe = call(queue, "meet", shared, 0); // Runs after `quick`, on the same thread: the other one is blocked.
    submit(slow, quick, probe);
    await reached(shared, 0, 2);
    await expect(quick.wait({ timeout: 20 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect([slow.signalled, quick.signalled, probe.signalled]).toEqual([false, false, false]);
    Atomics.store(shared, 2, 1);
    Atomics.notify(shared, 2);
    await quick.wait();
    expect(slow.signalled).toBe(true);
    expect(slow.timestamp!).toBeLessThanOrEqual(quick.timestamp!);
  });

  test("a job depends on fences, and on jobs of its own queue, whose threads are free to run it earlier", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    const gate = new Timeline("gate").fence();
    const shared = cells(4);
    const first = call<number>(queue, "later", 0, 30).after(gate.fence);
    const second = queue.job({ module: basic, export: "append", args: () => [shared, first.result + 1] }).after(first);
    submit(first, second);
    gate.signal();
    await second.wait();
    expect([...shared]).toEqual([1, 1, 0, 0]);
  });

  test("on a pinned lane, too, a job may ask for the result of the job before it", async () => {
    const queue = (await open({ lanes: 1 })).queue("q", { lane: 0 });
    const first = call(queue, "add", 1, 2);
    const second = queue.job<number>({ module: basic, export: "add", args: () => [first.result, 10] }).after(first);
    submit(first, second);
    await second.wait();
    expect(second.result).toBe(13);
  });

  test("a lane takes the jobs that are pinned to it and those that are not in the order in which they came", async () => {
    const device = await open({ lanes: 1 });
    const queues = [device.queue("pool"), device.queue("pinned", { lane: 0 })];
    const shared = cells(2);
    const order = cells(21);
    const blocks = call(queues[0]!, "meet", shared, 0, 1);
    submit(blocks);
    await reached(shared, 0, 1);
    for (let i = 0; i < 20; i++) {
      submit(call(queues[i % 3 === 0 ? 1 : 0]!, "append", order, i));
      await new Promise(setImmediate);
    }
    Atomics.store(shared, 1, 1);
    Atomics.notify(shared, 1);
    await Promise.all(queues.map((queue) => queue.drain()));
    expect([...order]).toEqual([20, ...Array.from({ length: 20 }, (_, i) => i)]);
  });

  test("10 000 jobs of four queues all come back, each to its own fence, and what runs at once stays in the limits", async () => {
    const device = await open({ lanes: 2 });
    const queues = [
      device.queue("pool", { jobs: 64 }),
      device.queue("credits", { credits: 10 }),
      device.queue("lane 0", { lane: 0 }),
      device.queue("high", { priority: "high", bypass: true }),
    ];
    const jobs = queues.flatMap((queue, q) =>
      Array.from({ length: 2_500 }, (_, i) =>
        queue.job<number>({ module: basic, export: "add", args: [i, q * 10_000], cost: (i % 3) + 1 }),
      ),
    );
    submit(...jobs);
    await Promise.all(queues.map((queue) => queue.drain()));
    expect(jobs.every((job, i) => job.result === (i % 2_500) + Math.floor(i / 2_500) * 10_000)).toBe(true);
    expect(queues[1]!.stats.peakCredits).toBeLessThanOrEqual(10);
  });
});

describe("clone and transfer", () => {
  test("what is transferred is gone here, and there without a copy", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const bytes = new Uint8Array(1_000).fill(3);
    const job = queue.job<number>({ module: basic, export: "total", args: [bytes], transfer: [bytes.buffer] });
    submit(job);
    await job.wait();
    expect(job.result).toBe(3_000);
    expect(bytes.byteLength).toBe(0);
  });

  test("`transfer` as a function gets the arguments", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const bytes = new Uint8Array(10).fill(1);
    const job = queue.job<number>({
      module: basic,
      export: "total",
      args: () => [bytes],
      transfer: ([it]) => [(it as Uint8Array<ArrayBuffer>).buffer],
    });
    expect(await run(job)).toBe(10);
    expect(bytes.byteLength).toBe(0);
  });

  test("an export transfers its result; the next job takes it on from there", async () => {
    const device = await open({ lanes: 2 });
    const queue = device.queue("q");
    const made = call<Uint8Array<ArrayBuffer>>(queue, "fill", 1 << 20, 2);
    const summed = queue
      .job<number>({
        module: basic,
        export: "total",
        args: () => [made.result],
        transfer: ([it]) => [(it as Uint8Array<ArrayBuffer>).buffer],
      })
      .after(made);
    submit(made, summed);
    await summed.wait();
    expect(summed.result).toBe(2 << 20);
    expect(made.result.byteLength).toBe(0);
  });

  test("jobs that are given the same object each get a copy of their own", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const list = [1, 2];
    const jobs = Array.from({ length: 10 }, () => call(queue, "spoil", list));
    submit(...jobs);
    await queue.drain();
    expect(jobs.map((job) => job.result)).toEqual(Array.from({ length: 10 }, () => 3));
    expect(list).toEqual([1, 2]);
  });

  test("shared memory is shared", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const shared = cells(2);
    await run(call(queue, "append", shared, 9));
    expect([...shared]).toEqual([1, 9]);
  });

  test("`args` as a function is called once, when the dependencies have signalled", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const gate = new Timeline("gate").fence();
    let calls = 0;
    const job = queue.job<number>({
      module: basic,
      export: "add",
      args: () => {
        calls++;
        return [gate.fence.signalled ? 1 : 0, 1];
      },
    });
    submit(job.after(gate.fence));
    await expect(job.wait({ timeout: 10 })).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(calls).toBe(0);
    gate.signal();
    await job.wait();
    expect([calls, job.result]).toEqual([1, 2]);
  });

  test("a dependency that failed cancels a job before its arguments are asked for", async () => {
    const queue = (await open({ lanes: 1 })).queue("q");
    const bad = queue.job<number>({ module: basic, export: "missing" });
    const next = queue.job({ module: basic, args: () => expect.fail("asked for") }).after(bad);
    submit(bad, next);
    const failure = await failureOf(next);
    expect(failure.code).toBe("ECANCELED");
    expect(failure.cause).toBeInstanceOf(FenceError);
  });
});
