/** The end of a device. */
import { describe, expect, test } from "vitest";
import { SignalboxError, Timeline, submit } from "signalbox";
import { openWorkers } from "signalbox/workers";
import { basic, call, cells, failureOf, reached } from "./support.ts";

describe("kill", () => {
  test("cancels what no thread has got, with its cause; what threads have comes to its end", async () => {
    const device = await openWorkers({ lanes: 2 });
    const shared = cells(2);
    const [pool, pinned, gated] = [device.queue("pool"), device.queue("pinned", { lane: 0 }), device.queue("gated")];
    const runs = [call(pinned, "meet", shared, 0, 1), call(pool, "meet", shared, 0, 1)];
    submit(...runs);
    await reached(shared, 0, 2);
    const gate = new Timeline("gate").fence();
    const waits = Array.from({ length: 100 }, (_, i) => call(i % 2 === 0 ? pool : pinned, "add", i, 1));
    const blocked = call(gated, "add", 1, 1).after(gate.fence);
    submit(...waits, blocked);
    await new Promise(setImmediate);
    const cause = new Error("enough");
    device.kill(cause);
    expect(device.state).toBe("closing");
    Atomics.store(shared, 1, 1);
    Atomics.notify(shared, 1);
    gate.signal();
    await device.close();
    expect(runs.map((job) => job.result)).toEqual([true, true]);
    for (const job of [...waits, blocked]) expect(job.failure()).toMatchObject({ code: "ECANCELED", cause });
  });
});

describe("close", () => {
  test("lets what was pushed run, takes nothing more, and ends the threads", async () => {
    const device = await openWorkers({ lanes: 2 });
    const queue = device.queue("q");
    const jobs = Array.from({ length: 200 }, (_, i) => call(queue, i % 50 === 0 ? "later" : "add", i, 2));
    submit(...jobs);
    const made = call(queue, "add", 1, 1);
    const closed = device.close();
    expect(device.state).toBe("closing");
    expect(() => device.queue("late")).toThrow('[Device "workers"] is closing and takes no queue');
    expect(() => queue.job({ module: basic })).toThrow(expect.objectContaining({ code: "ENODEV" }));
    expect(() => submit(made)).toThrow(expect.objectContaining({ code: "ENODEV" }));
    await closed;
    expect(device.state).toBe("closed");
    expect(device.lanes.map((lane) => lane.state)).toEqual(["dead", "dead"]);
    expect(jobs.every((job) => job.error === 0 && job.signalled)).toBe(true);
    expect(() => device.queue("later")).toThrow(SignalboxError);
  });

  test("twice answers the same promise", async () => {
    const device = await openWorkers({ lanes: 1 });
    const first = device.close();
    expect(device.close({ timeout: 5 })).toBe(first);
    await first;
    expect(device.close()).toBe(first);
    await device[Symbol.asyncDispose]();
  });

  test("with a timeout ends what is left then: jobs that run, that wait for their turn, and that wait for a fence", async () => {
    const device = await openWorkers({ lanes: 2, slots: 2 });
    const shared = cells(2);
    const [pool, pinned, gated] = [device.queue("pool"), device.queue("pinned", { lane: 0 }), device.queue("gated")];
    const done = call(pool, "add", 1, 1);
    const runs = [call(pool, "meet", shared, 0, 1), call(pinned, "meet", shared, 0, 1)];
    const waits = Array.from({ length: 20 }, (_, i) => call(i % 2 === 0 ? pool : pinned, "add", i, 1));
    const never = new Timeline("never").fence();
    const blocked = call(gated, "add", 1, 1).after(never.fence);
    submit(done, ...runs);
    await reached(shared, 0, 2); // Both threads are busy from here on.
    submit(...waits, blocked);
    await device.close({ timeout: 10 });
    expect(done.result).toBe(2);
    for (const job of [...runs, ...waits, blocked]) {
      expect(job.failure()).toMatchObject({
        code: "ETIME",
        cause: { code: "ETIME", message: '[Device "workers"] was closed and did not finish within 10 ms' },
      });
    }
    never.signal(); // Kept so long: dropped, it would be told of.
    expect(device.state).toBe("closed");
  });

  test("in time does not wait for the timeout", async () => {
    const device = await openWorkers({ lanes: 1 });
    const queue = device.queue("q");
    const job = call(queue, "later", 1, 5);
    submit(job);
    await device.close({ timeout: 60_000 });
    expect(job.result).toBe(1);
  });

  test("ends a device whose thread is just being replaced", async () => {
    const device = await openWorkers({ lanes: 1 });
    const queue = device.queue("q");
    const exits = queue.job({ module: "data:text/javascript,process.exit(2)" });
    const next = call(queue, "add", 1, 1);
    submit(exits, next);
    await failureOf(exits);
    expect(device.lanes[0]!.state).toBe("starting");
    await device.close();
    expect(next.result).toBe(2);
  });

  test("ends a device that nobody has used", async () => {
    await (await openWorkers()).close();
    await (await openWorkers({ lanes: 1 })).close({ timeout: 0 });
  });

  test("20 devices at once", async () => {
    const devices = await Promise.all(Array.from({ length: 20 }, (_, i) => openWorkers({ lanes: 1, name: `d${i}` })));
    const jobs = devices.map((device, i) => call(device.queue("q"), "add", i, i));
    submit(...jobs);
    await Promise.all(devices.map((device) => device.close()));
    expect(jobs.map((job) => job.result)).toEqual(jobs.map((_, i) => 2 * i));
  });
});
