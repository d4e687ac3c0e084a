/** The WebGPU device in a browser, on Chromium's own software adapter: the same promises, the same code. */
import { afterEach, expect, test, vi } from "vitest";
import { hooks } from "../../../src/hooks.ts";
import type { DeviceSpan, Tracer } from "../../../src/hooks.ts";
import { submit } from "../../../src/queue/submission.ts";
import {
  GPUBufferUsage as usage,
  GPUMapMode as mode,
  GPUShaderStage as stage,
  GPUTextureUsage as texture,
  openWebGpu,
} from "../../../src/devices/webgpu/index.browser.ts";
import type { WebGpuDevice, WebGpuOptions } from "../../../src/devices/webgpu/index.browser.ts";
import { adder, copyTooMuch, fillMemory, makeBuffer, sleeper } from "./kernels.ts";

const opened: WebGpuDevice[] = [];

async function openGpu(options?: WebGpuOptions): Promise<WebGpuDevice> {
  const gpu = await openWebGpu(options);
  opened.push(gpu);
  return gpu;
}

afterEach(async () => {
  hooks.tracer = null;
  await Promise.all(opened.splice(0).map((gpu) => gpu.close({ timeout: 10_000 })));
});

test("the constants are the browser's own", () => {
  for (const [ours, theirs] of [
    [usage, GPUBufferUsage],
    [mode, GPUMapMode],
    [stage, GPUShaderStage],
    [texture, GPUTextureUsage],
  ] as const) {
    for (const [name, value] of Object.entries(ours)) expect(theirs[name as keyof typeof theirs], name).toBe(value);
  }
});

test("bytes go through upload, compute and readback, tied by fences only", async () => {
  const gpu = await openGpu();
  expect(gpu.adapterInfo.vendor).toBe("google");
  const upload = gpu.queue("upload", { credits: 1 << 18 });
  const compute = gpu.queue("compute", { jobs: 4 });
  const readback = gpu.queue("readback", { jobs: 4 });
  const add = adder(gpu.device, 1000);
  const jobs = Array.from({ length: 20 }, (_, strip) => {
    const buffer = makeBuffer(gpu.device, 4096);
    const put = upload.job({
      cost: buffer.size,
      run: ({ queue }) => queue.writeBuffer(buffer, 0, new Uint32Array(4096).fill(strip)),
    });
    const work = compute.job({ run: () => add(buffer) }).after(put);
    const get = readback.job<Uint8Array<ArrayBuffer>>({ run: (context) => context.read(buffer) }).after(work);
    submit(put, work, get);
    return get;
  });
  for (const [strip, job] of jobs.entries()) {
    await job.wait();
    expect(new Uint32Array(job.result.buffer).every((number) => number === strip + 1000)).toBe(true);
  }
});

test("errors are their own jobs', and nobody else's; completion is asked for once at a time", async () => {
  const gpu = await openGpu();
  const ask = gpu.device.queue.onSubmittedWorkDone.bind(gpu.device.queue);
  let pending = 0;
  let most = 0;
  vi.spyOn(gpu.device.queue, "onSubmittedWorkDone").mockImplementation(() => {
    most = Math.max(most, ++pending);
    return ask().finally(() => pending--);
  });
  const queue = gpu.queue("mixed");
  const buffer = makeBuffer(gpu.device, 64);
  const add = adder(gpu.device, 1);
  const thrown = new Error("no such picture");
  const jobs = Array.from({ length: 40 }, (_, index) =>
    queue.job({
      run(context) {
        if (index === 7) throw thrown;
        if (index % 9 === 4) return copyTooMuch(context, buffer);
        if (index !== 20) return add(buffer);
        fillMemory(context);
        return undefined;
      },
    }),
  );
  const fences = submit(...jobs);
  await Promise.allSettled(fences.map((fence) => fence.wait()));
  expect(fences.map((fence) => fence.failure()?.code)).toEqual(
    jobs.map((_, index) => (index === 7 ? "EIO" : index === 20 ? "ENOMEM" : index % 9 === 4 ? "EINVAL" : undefined)),
  );
  expect(jobs[7]!.failure()?.cause).toBe(thrown);
  expect(jobs[4]!.failure()?.cause).toMatchObject({ name: "WebGpuError", kind: "validation" });
  expect(jobs[20]!.failure()?.cause).toMatchObject({ name: "WebGpuError", kind: "out-of-memory" });
  expect(most).toBe(1);
});

test("a device that is lost leaves no fence unsignalled, and calls nothing done", async () => {
  const gpu = await openGpu();
  const queue = gpu.queue("lost", { jobs: 3 });
  const other = gpu.queue("reads");
  const buffer = makeBuffer(gpu.device, 64);
  const sleep = sleeper(gpu.device);
  const first = queue.job({ run: () => sleep(buffer) });
  const fences = submit(
    first,
    ...Array.from({ length: 9 }, () => queue.job({ run: () => sleep(buffer) })),
    other.job({ run: (context) => context.read(buffer) }),
  );
  while (first.stage === "queued") await Promise.resolve();
  gpu.device.destroy();
  await Promise.allSettled(fences.map((fence) => fence.wait()));
  expect(fences.map((fence) => fence.failure()?.code)).toEqual(fences.map(() => "EIO"));
  expect(fences[0].failure()?.cause).toMatchObject({ kind: "lost" });
  expect(gpu.state).toBe("lost");
  const again = await openGpu();
  const [alive] = submit(again.queue("again").job({ run: () => undefined }));
  await alive.wait();
});

test("closing lets what was pushed run; after its deadline it ends what is left", async () => {
  const gpu = await openGpu();
  const queue = gpu.queue("closing", { jobs: 2 });
  const buffer = makeBuffer(gpu.device, 64);
  const add = adder(gpu.device, 1);
  const fences = submit(...Array.from({ length: 20 }, () => queue.job({ run: () => add(buffer) })));
  await gpu.close();
  expect(fences.map((fence) => fence.status)).toEqual(fences.map(() => 1));
  expect((await gpu.device.lost).reason).toBe("destroyed");

  const late = await openGpu();
  const slow = late.queue("slow", { jobs: 1 });
  const own = makeBuffer(late.device, 64);
  const sleep = sleeper(late.device, 5_000_000);
  const left = submit(...Array.from({ length: 20 }, () => slow.job({ run: () => sleep(own) })));
  await late.close({ timeout: 5 });
  expect(left.every((fence) => fence.signalled)).toBe(true);
  expect(left.at(-1)?.failure()?.code).toBe("ETIME");
  await late.device.lost;
});

test("timestamps of the GPU come as spans while somebody traces", async () => {
  const gpu = await openGpu();
  expect(gpu.device.features.has("timestamp-query")).toBe(true);
  const buffer = makeBuffer(gpu.device, 64);
  const sleep = sleeper(gpu.device);
  const spans: DeviceSpan[] = [];
  hooks.tracer = new Proxy({} as Tracer, {
    get: (_, event) => (event === "deviceSpan" ? (span: DeviceSpan) => spans.push(span) : () => {}),
  });
  const queue = gpu.queue("traced");
  const started = performance.now();
  const jobs = Array.from({ length: 10 }, (_, index) => queue.job({ label: `job ${index}`, run: () => sleep(buffer) }));
  for (const fence of submit(...jobs)) await fence.wait();
  await gpu.close();
  expect(spans.map(({ name }) => name)).toEqual(jobs.map(({ label }) => label));
  for (const { start, end } of spans) {
    expect(start).toBeGreaterThanOrEqual(started - 1);
    expect(end - start).toBeGreaterThan(1);
    expect(end).toBeLessThanOrEqual(performance.now() + 1);
  }
});
