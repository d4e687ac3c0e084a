/** What goes wrong on a GPU is the error of exactly the job it belongs to, with the device's own word as its cause. */
import { expect, it } from "vitest";
import { FenceError } from "../../../src/errors.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { submit } from "../../../src/queue/submission.ts";
import { WebGpuError } from "../../../src/devices/webgpu/index.node.ts";
import type { GpuContext, GpuJob } from "../../../src/devices/webgpu/index.node.ts";
import { describeGpu, openGpu } from "./device.ts";
import { adder, copyTooMuch, fillMemory, makeBuffer } from "./kernels.ts";

async function outcomes(fences: readonly Fence[]): Promise<(string | undefined)[]> {
  await Promise.allSettled(fences.map((fence) => fence.wait()));
  return fences.map((fence) => fence.failure()?.code);
}

describeGpu("an error on a WebGPU device", () => {
  it("hits exactly its job, in a batch that runs at once, with the device's message", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("mixed", { onFailedDependency: "ignore" });
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const good: GpuJob = { run: () => add(buffer) };
    const bad: GpuJob = { label: "bad", run: (context) => copyTooMuch(context, buffer) };
    const jobs = Array.from({ length: 60 }, (_, index) => queue.job(index % 7 === 3 ? bad : good));
    const expected = jobs.map((_, index) => (index % 7 === 3 ? "EINVAL" : undefined));
    expect(await outcomes(submit(...jobs))).toEqual(expected);
    const failure = jobs[3]!.failure();
    expect(failure).toBeInstanceOf(FenceError);
    expect(failure).toMatchObject({ job: "bad", queue: "mixed", errno: -22 });
    expect(failure?.cause).toBeInstanceOf(WebGpuError);
    expect(failure?.cause).toMatchObject({ kind: "validation", message: expect.stringMatching(/copy.*Buffer/i) });
    const get = queue.job<Uint8Array<ArrayBuffer>>({ run: (context) => context.read(buffer) });
    await submit(get)[0].wait();
    expect(new Uint32Array(get.result.buffer)[0]).toBe(expected.filter((code) => code === undefined).length);
  });

  it("is ENOMEM when the device has no memory, and the neighbours finish", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("memory");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const jobs = [
      queue.job({ run: () => add(buffer) }),
      queue.job({ run: fillMemory }),
      queue.job({ run: () => add(buffer) }),
    ];
    expect(await outcomes(submit(...jobs))).toEqual([undefined, "ENOMEM", undefined]);
    expect(jobs[1]!.failure()?.cause).toMatchObject({ name: "WebGpuError", kind: "out-of-memory" });
  });

  it("is ENOMEM, not EINVAL, when what had no memory was then used", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("memory");
    function run({ device, queue: raw }: GpuContext): undefined {
      const made = Array.from({ length: 64 }, () =>
        device.createBuffer({ size: device.limits.maxBufferSize, usage: 8 }),
      );
      for (const buffer of made) raw.writeBuffer(buffer, 0, new Uint8Array(4));
      for (const buffer of made) buffer.destroy();
    }
    expect(await outcomes(submit(queue.job({ run })))).toEqual(["ENOMEM"]);
  });

  it("is EIO with the exception as its cause when `run` throws or its promise is rejected", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("throwing");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const thrown = new Error("no such picture");
    const jobs = [
      queue.job({ run: () => add(buffer) }),
      queue.job({
        run({ queue: raw }) {
          raw.submit([add(buffer)]);
          throw thrown;
        },
      }),
      queue.job({ run: () => Promise.reject(thrown) }),
      queue.job({ run: () => 7 as never }),
      queue.job({ run: () => add(buffer) }),
    ];
    expect(await outcomes(submit(...jobs))).toEqual([undefined, "EIO", "EIO", "EIO", undefined]);
    expect(jobs[1]!.failure()?.cause).toBe(thrown);
    expect(jobs[2]!.failure()?.cause).toBe(thrown);
    expect(jobs[3]!.failure()?.cause).toBeInstanceOf(TypeError);
  });

  it("is the device's own rather than the exception that followed from it", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("both");
    const buffer = makeBuffer(gpu.device, 4);
    const job = queue.job({
      run(context) {
        context.queue.submit([copyTooMuch(context, buffer)]);
        throw new Error("and then");
      },
    });
    expect(await outcomes(submit(job))).toEqual(["EINVAL"]);
  });

  it("of a read is its job's: out of range, not to be copied from, an array too small", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("reads");
    const buffer = makeBuffer(gpu.device, 4);
    const sealed = gpu.device.createBuffer({ size: 16, usage: 8 });
    const jobs = [
      queue.job({ run: (context) => context.read(buffer, { offset: 8, size: 16 }) }),
      queue.job({ run: (context) => context.read(sealed) }),
      queue.job({ run: (context) => context.read(buffer, { into: new Uint8Array(8) }) }),
      queue.job({ run: (context) => context.read(buffer, { size: 6 }) }),
      queue.job({ run: (context) => context.read(buffer) }),
    ];
    expect(await outcomes(submit(...jobs))).toEqual(["EINVAL", "EINVAL", "EIO", "EINVAL", undefined]);
  });

  it("stays its job's when `run` leaves the error scopes unbalanced by popping too many", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("scopes");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const popping = queue.job({
      run({ device }) {
        void device.popErrorScope();
        return add(buffer);
      },
    });
    expect(await outcomes(submit(popping, queue.job({ run: () => add(buffer) })))).toEqual(["EIO", undefined]);
  });

  it("outside any job stays the program's: no job gets it", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("bystander");
    const caught: string[] = [];
    gpu.device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      caught.push(event.error.message);
    });
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const jobs = Array.from({ length: 3 }, () => queue.job({ run: () => add(buffer) }));
    const fences = submit(...jobs);
    gpu.device.createBuffer({ size: 16, usage: 0x8000 });
    expect(await outcomes(fences)).toEqual([undefined, undefined, undefined]);
    expect(caught).toHaveLength(1);
  });
});
