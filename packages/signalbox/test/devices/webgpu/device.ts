/**
 * The GPU of these tests: the first that there is, and what to do where there is none. Skips aloud.
 */
import { afterEach, describe } from "vitest";
import { SignalboxError } from "../../../src/errors.ts";
import { openWebGpu } from "../../../src/devices/webgpu/index.node.ts";
import type { WebGpuDevice, WebGpuNodeOptions } from "../../../src/devices/webgpu/index.node.ts";

async function whyNone(): Promise<string | undefined> {
  try {
    await (await openWebGpu()).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
    return error.message;
  }
}

const none = await whyNone();
if (none !== undefined) process.stderr.write(`SKIPPED, the tests of WebGPU: ${none}\n`);

/** `describe`, skipped where there is no GPU of any kind. */
export const describeGpu = describe.skipIf(none !== undefined);

const opened: WebGpuDevice[] = [];

/** Opens a device that is closed after the test. */
export async function openGpu(options?: WebGpuNodeOptions): Promise<WebGpuDevice> {
  const gpu = await openWebGpu(options);
  opened.push(gpu);
  return gpu;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((gpu) => gpu.close({ timeout: 10_000 })));
});
