/**
 * What the tests of isolated devices share. They import the package by name: a child's program exists in `dist` only. Skips aloud
 * where there is no GPU.
 */
import { afterEach, describe } from "vitest";
import { SignalboxError, submit } from "signalbox";
import type { Fence, Job, JobQueue, JobSpec } from "signalbox";
import { openIsolatedWebGpu } from "signalbox/webgpu";
import type { IsolatedGpuJob, IsolatedRestorable, IsolatedWebGpuDevice, IsolatedWebGpuOptions } from "signalbox/webgpu";

async function whyNone(): Promise<string | undefined> {
  try {
    await (await openIsolatedWebGpu({ standby: false })).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
    return error.message;
  }
}

const none = await whyNone();
if (none !== undefined) process.stderr.write(`SKIPPED, the tests of isolated WebGPU: ${none}\n`);

/** `describe`, skipped where there is no GPU of any kind. */
export const describeGpu = describe.skipIf(none !== undefined);

const opened: IsolatedWebGpuDevice[] = [];

/** Opens a device that is closed, whatever it still does, when the test is over. */
export async function open(options?: IsolatedWebGpuOptions): Promise<IsolatedWebGpuDevice> {
  const device = await openIsolatedWebGpu(options);
  opened.push(device);
  return device;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close({ timeout: 0 })));
});

/** The module of the functions that the tests run. */
export const module: URL = new URL("./jobs/kernels.mjs", import.meta.url);

/** A job that calls a function of that module on a buffer. */
export function call<R>(
  queue: JobQueue<IsolatedGpuJob>,
  name: string,
  buffer: IsolatedRestorable | undefined,
  args: IsolatedGpuJob["args"] = [],
  base: JobSpec = {},
): Job<R, IsolatedGpuJob> {
  return queue.job<R>({
    ...base,
    module,
    export: name,
    args,
    ...(buffer === undefined ? {} : { resources: { buffer } }),
  });
}

/** A buffer with these numbers. */
export function makeBuffer(gpu: IsolatedWebGpuDevice, numbers: readonly number[]): Promise<IsolatedRestorable> {
  return gpu.restorable({ module, export: "buffer", args: [numbers] });
}

/** Submits a job and answers its result. */
export async function run<R>(job: Job<R, IsolatedGpuJob>): Promise<R> {
  submit(job);
  await job.wait();
  return job.result;
}

/** Waits for all, however they end, and answers their errors. */
export async function settled(fences: readonly Fence[]): Promise<number[]> {
  await Promise.allSettled(fences.map((fence) => fence.wait()));
  return fences.map(({ error }) => error);
}

/** Resolves when this is so. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Whether a process is there. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
