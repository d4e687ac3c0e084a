/** Taking stock finds what was left behind: a thread, a process, an open file, a timer, and bytes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { grew, growthOf, SLACK } from "../src/harness/heap.ts";
import { leftBehind, takeStock, takeStockWhenSettled } from "../src/harness/leftovers.ts";

describe("what is left behind", () => {
  test("is nothing where nothing happened", async () => {
    const before = await takeStock();
    expect(leftBehind(before, await takeStockWhenSettled(before))).toEqual([]);
  });

  test("is found: a thread, until it is gone", async () => {
    const before = await takeStock();
    const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
    await once(worker, "online");
    const left = leftBehind(before, await takeStockWhenSettled(before, 100)).join("; ");
    expect(left).toContain("1 worker threads");
    if (process.platform === "linux") expect(left).toContain("threads of the process");
    void worker.terminate();
    expect(leftBehind(before, await takeStockWhenSettled(before))).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("is found: a child process, until it is gone", async () => {
    const before = await takeStock();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    child.unref();
    expect(leftBehind(before, await takeStock()).join()).toContain(`child processes ${child.pid}`);
    child.kill("SIGKILL");
    expect(leftBehind(before, await takeStockWhenSettled(before))).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("is found: an open file, by its name, until it is closed", async () => {
    const before = await takeStock();
    const path = join(import.meta.dirname, "leftovers.test.ts");
    const file = openSync(path, "r");
    const left = leftBehind(before, await takeStock());
    expect(left).toEqual([expect.stringMatching(/^open files: \d+ before, \d+ after, among them /)]);
    expect(left[0]).toContain(path);
    closeSync(file);
    expect(leftBehind(before, await takeStockWhenSettled(before))).toEqual([]);
  });

  test("of open files is nothing where the system doesn't list them", async () => {
    const before = await takeStock();
    expect(leftBehind({ ...before, files: undefined }, before)).toEqual([]);
    expect(leftBehind(before, { ...before, files: undefined })).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("of open files is not a module that Node was reading", async () => {
    const before = await takeStock();
    const file = openSync(join(import.meta.dirname, "..", "dist", "main.js"), "r");
    expect(leftBehind(before, await takeStock())).toEqual([]);
    closeSync(file);
  });

  test("is found: a timer", async () => {
    const before = await takeStock();
    // Several, since those that the test runner had before may have gone meanwhile.
    const timers = Array.from({ length: 8 }, () => setTimeout(() => {}, 1e6));
    expect(leftBehind(before, await takeStockWhenSettled(before, 100)).join("; ")).toContain("Timeout");
    for (const timer of timers) clearTimeout(timer);
  });
});

describe("whether the heap grows", () => {
  const samples = (step: number): number[] => Array.from({ length: 30 }, (_, index) => 5e6 + index * step);

  test("is told from the first and the last third", () => {
    const growth = growthOf(samples(1_000));
    expect(growth).toMatchObject({ samples: 30 });
    expect(growth && growth.last - growth.first).toBe(20_000);
    expect(growthOf([1, 2])).toBeUndefined();
  });

  test("is nothing below the slack, and something above: a kept job for each of some hundreds in every round", () => {
    expect(grew({ first: 5e6, last: 5e6 + SLACK, samples: 9 })).toBe(false);
    expect(grew({ first: 5e6, last: 5e6 + SLACK + 1, samples: 9 })).toBe(true);
    expect(grew(growthOf(samples(300 * 500))!)).toBe(true);
  });

  test("is seen in the process itself", async () => {
    const before = await takeStock();
    const kept = Array.from({ length: 10_000 }, (_, index) => ({ index, text: `kept ${index}` }));
    expect((await takeStock()).heap - before.heap).toBeGreaterThan(500_000);
    expect(kept.length).toBe(10_000);
  });
});
