/** Devices that look for a while before they sleep: the same answers, and nothing taken from anybody who has more to do. */
import { describe, expect, test, vi } from "vitest";
import { submit } from "signalbox";
import { call, open, pause, run } from "./support.ts";

describe("a device that spins", () => {
  test("one job after the other, and many at once: each has its own answer", async () => {
    const device = await open({ lanes: 2, slots: 64, spin: 0.05 });
    const queue = device.queue("q");
    for (let i = 0; i < 500; i++) expect(await run(call<number>(queue, "add", i, 1))).toBe(i + 1);
    for (let round = 0; round < 20; round++) {
      const jobs = Array.from({ length: 128 }, (_, i) => call<number>(queue, "add", i, round));
      for (const job of jobs) submit(job);
      await jobs.at(-1)!.wait();
      expect(jobs.map((job) => job.result)).toEqual(jobs.map((_, i) => i + round));
    }
  });

  test("answers that come by message, errors, and jobs that take longer than it looks", async () => {
    const queue = (await open({ lanes: 1, spin: 0.05 })).queue("q");
    for (let i = 0; i < 50; i++) {
      expect(await run(call<unknown[]>(queue, "default", i, "text"))).toEqual([i, "text"]);
      expect(await run(call<number>(queue, "add", i, 1))).toBe(i + 1);
      expect(await run(call<number>(queue, "later", i, 0))).toBe(i);
    }
    const bad = queue.job({ module: new URL("./jobs/throws.mjs", import.meta.url), export: "own" });
    submit(bad);
    await expect(bad.wait()).rejects.toMatchObject({ code: "EIO" });
  });

  test("costs nothing while it is idle", async () => {
    const device = await open({ lanes: 2, spin: 10, spares: 1 });
    const queue = device.queue("q");
    for (let i = 0; i < 100; i++) await run(call<number>(queue, "add", i, 1));
    await pause(200); // Until every thread has found that nothing comes.
    const shares: number[] = [];
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      const before = process.cpuUsage();
      await pause(200);
      const { user, system } = process.cpuUsage(before);
      shares.push((user + system) / 1e3 / (performance.now() - began));
    }
    // The CPU time of all threads of the process; one that looks all the time takes all of a core.
    expect(Math.min(...shares)).toBeLessThan(0.1);
  });

  test("lets timers fire, though one job follows the other without a pause", async () => {
    const queue = (await open({ lanes: 1, spin: 1 })).queue("q");
    const fired = vi.fn();
    setTimeout(fired, 5);
    let jobs = 0;
    for (; fired.mock.calls.length === 0 && jobs < 200_000; jobs++) await run(call<number>(queue, "add", jobs, 1));
    expect(fired).toHaveBeenCalled();
  });

  test("numbers that make no sense are refused", async () => {
    for (const spin of [-1, 11, NaN, Infinity]) await expect(open({ lanes: 1, spin })).rejects.toThrow(RangeError);
  });
});
