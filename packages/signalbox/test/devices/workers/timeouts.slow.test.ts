/** Jobs that are out of time, many of them: nothing is left behind, and nobody else is hurt. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { submit } from "signalbox";
import type { Job } from "signalbox";
import { openWorkers } from "signalbox/workers";
import type { WorkerJob } from "signalbox/workers";
import { call, failureOf, open, pause, run, spareReady } from "./support.ts";

const hangsModule = new URL("./jobs/hangs.mjs", import.meta.url);

test("50 times in a row leaves nothing behind", async () => {
  const threads = (): number => (process.platform === "linux" ? readdirSync("/proc/self/task").length : 0);
  const few = async (count: number): Promise<void> => {
    while (threads() > count) await pause(1);
  };
  await (await openWorkers({ lanes: 1 })).close(); // Node's own threads are there from here on.
  const before = threads();
  const device = await openWorkers({ lanes: 2, spares: 1 });
  const queue = device.queue("q", { lane: 0 });
  const jobs: Job<unknown, WorkerJob>[] = [];
  for (let round = 0; round < 50; round++) {
    const hung = queue.job({ module: hangsModule, export: "forget", timeout: 5 });
    const next = call(queue, "add", round, 1);
    submit(hung, next);
    await Promise.all([failureOf(hung), next.wait()]);
    jobs.push(hung, next);
  }
  expect(jobs.map((job) => job.failure()?.code)).toEqual(jobs.map((_, i) => (i % 2 === 0 ? "ETIME" : undefined)));
  expect(device.lanes.map((lane) => lane.restarts)).toEqual([50, 0]);
  await spareReady(device);
  await few(before + 3);
  await device.close();
  await few(before);
  const handles = process.getActiveResourcesInfo();
  expect(handles.filter((name) => /Worker|MessagePort/.test(name))).toEqual([]);
}, 60_000);

test("races its end: it is a result or ETIME, and nobody else is hurt", async () => {
  const device = await open({ lanes: 2, spares: 1 });
  const [late, good] = [device.queue("late", { timeout: 10 }), device.queue("good")];
  for (let i = 0; i < 10; i++) await run(call(good, "add", 1, 1));
  const racing = Array.from({ length: 60 }, (_, i) => call<number>(late, "spin", 9 + (i % 5) * 0.5));
  const behind = Array.from({ length: 300 }, (_, i) => call(good, "add", i, 1));
  submit(...racing.flatMap((job, i) => [job, ...behind.slice(5 * i, 5 * i + 5)]));
  await Promise.all([late.drain(), good.drain()]);
  expect(behind.map((job) => job.result)).toEqual(behind.map((_, i) => i + 1));
  const ended = racing.filter((job) => job.error !== 0);
  for (const job of ended) expect(job.failure()!.code).toBe("ETIME");
  for (const job of racing) if (job.error === 0) expect(job.result).toBeGreaterThan(0);
  expect(ended.length).toBeLessThan(60);
  const restarts = device.lanes.reduce((sum, lane) => sum + lane.restarts, 0);
  expect(restarts).toBeGreaterThanOrEqual(ended.length);
}, 60_000);
