/**
 * What the tests of worker threads share. They import the package by name: a thread's program exists in `dist` only.
 */
import { afterEach } from "vitest";
import { FenceError, submit } from "signalbox";
import type { Fence, Job, JobQueue } from "signalbox";
import { openWorkers } from "signalbox/workers";
import type { WorkerJob, WorkersDevice, WorkersOptions } from "signalbox/workers";

/** The module of the jobs that most tests run. */
export const basic: URL = new URL("./jobs/basic.mjs", import.meta.url);

const opened: WorkersDevice[] = [];

/** Opens a device that is closed, whatever it still does, when the test is over. */
export async function open(options?: WorkersOptions): Promise<WorkersDevice> {
  const device = await openWorkers(options);
  opened.push(device);
  return device;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close({ timeout: 0 })));
});

/** A job of the basic module. */
export function call<R>(queue: JobQueue<WorkerJob>, name: string, ...args: unknown[]): Job<R, WorkerJob> {
  return queue.job<R>({ module: basic, export: name, args });
}

/** Submits a job and answers its result. */
export async function run<R>(job: Job<R, WorkerJob>): Promise<R> {
  submit(job);
  await job.wait();
  return job.result;
}

/** Submits a job that has to fail, and answers its failure. */
export async function fail(job: Job<unknown, WorkerJob>): Promise<FenceError> {
  submit(job);
  return failureOf(job);
}

/** Waits for a fence that has to fail, and answers its failure. */
export async function failureOf(fence: Fence): Promise<FenceError> {
  const error: unknown = await fence.wait().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FenceError) return error;
  throw new Error(`The fence was to fail with a FenceError, and gave ${String(error)}`, { cause: error });
}

/** What the job "thread" tells: its thread's own number, and how often it was called there. */
export interface ThreadFacts {
  readonly id: number;
  readonly calls: number;
}

/** Shared cells, zeroed. */
export function cells(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/** Resolves when the cell holds this value. */
export async function reached(shared: Int32Array, index: number, value: number): Promise<void> {
  while (Atomics.load(shared, index) !== value) await new Promise((resolve) => setTimeout(resolve, 1));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when so many spare threads are ready. */
export async function spareReady(device: WorkersDevice, count = 1): Promise<void> {
  while (device.spares !== count) await pause(1);
}
