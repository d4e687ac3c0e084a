/** A WebGPU device in Chromium that recovers: from a loss on purpose, and from the death of the browser's GPU process. */
import { afterEach, expect, test } from "vitest";
import { commands } from "vitest/browser";
import { submit } from "../../../src/queue/submission.ts";
import { loseDevice } from "../../../src/testing/lose-device.ts";
import { GPUBufferUsage as usage, openWebGpu } from "../../../src/devices/webgpu/index.browser.ts";
import type { WebGpuDevice } from "../../../src/devices/webgpu/index.browser.ts";
import { adder } from "./kernels.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** Kills the GPU process of this browser (vitest.config.ts); answers its number. */
    killGpuProcess(): Promise<number>;
  }
}

let opened: WebGpuDevice | undefined;

afterEach(async () => {
  await opened?.close({ timeout: 10_000 });
});

/** A device that recovers, with a job that writes numbers, adds 1 to each and reads them, as a function of them. */
async function recovering() {
  // A GPU process takes its time to come back.
  const gpu = (opened = await openWebGpu({ recover: { attempts: 6, backoff: 50, timeLimit: 10_000 } }));
  const buffer = await gpu.restorable(({ device }) =>
    device.createBuffer({ size: 12, usage: usage.STORAGE | usage.COPY_SRC | usage.COPY_DST }),
  );
  const add = await gpu.restorable(({ device }) => adder(device, 1));
  const queue = gpu.queue("all", { retries: 20 });
  const addTo = (numbers: readonly number[]) =>
    queue.job<Uint8Array<ArrayBuffer>>({
      idempotent: true,
      run(context) {
        context.queue.writeBuffer(buffer.current, 0, Uint32Array.from(numbers));
        context.queue.submit([add.current(buffer.current)]);
        return context.read(buffer.current);
      },
    });
  return { gpu, addTo };
}

test("a loss on purpose: jobs in flight run again on the next device", async () => {
  const { gpu, addTo } = await recovering();
  const jobs = [1, 2, 3].map((number) => addTo([number, number, number]));
  const fences = submit(...jobs);
  loseDevice(gpu);
  expect([gpu.state, gpu.recovery.state]).toEqual(["open", "resetting"]);
  await Promise.all(fences.map((fence) => fence.wait()));
  expect(jobs.map(({ result }) => new Uint32Array(result.buffer)[2])).toEqual([2, 3, 4]);
  expect(gpu.recovery.resets).toBe(1);
});

test("the GPU process dies, four times: each time another device takes over, and no job is lost", async () => {
  const { gpu, addTo } = await recovering();
  const killed = new Set<number>();
  for (let round = 1; round <= 4; round++) {
    const before = gpu.device;
    const jobs = Array.from({ length: 5 }, (_, index) => addTo([round, round + index, 0]));
    const kill = commands.killGpuProcess();
    const fences = submit(...jobs);
    killed.add(await kill);
    await before.lost;
    await Promise.all(fences.map((fence) => fence.wait()));
    expect(jobs.map(({ result }) => [...new Uint32Array(result.buffer)])).toEqual(
      jobs.map((_, index) => [round + 1, round + index + 1, 1]),
    );
    await gpu.recovery.settled();
    expect([gpu.state, gpu.device === before]).toEqual(["open", false]);
    expect(gpu.loss?.reason).toBe("unknown");
  }
  expect([killed.size, gpu.recovery.resets >= 4]).toEqual([4, true]);
});
