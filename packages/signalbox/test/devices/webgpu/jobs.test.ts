/** What jobs do on a GPU: the path from bytes to bytes over three queues, results, reads, completions, credits. */
import { expect, it, vi } from "vitest";
import { Timeline } from "../../../src/fence/timeline.ts";
import { submit } from "../../../src/queue/submission.ts";
import type { Job } from "../../../src/queue/job.ts";
import type { GpuContext, GpuJob } from "../../../src/devices/webgpu/index.node.ts";
import { describeGpu, openGpu } from "./device.ts";
import { adder, makeBuffer, sleeper } from "./kernels.ts";

function numbersOf(bytes: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Mappings resolve later than they would, as they do where the GPU is in another process. */
function slowMapping(device: GPUDevice, delay: number): void {
  const make = device.createBuffer.bind(device);
  vi.spyOn(device, "createBuffer").mockImplementation((descriptor) => {
    const buffer = make(descriptor);
    const map = buffer.mapAsync.bind(buffer);
    vi.spyOn(buffer, "mapAsync").mockImplementation(async (...range) => {
      await map(...range);
      await new Promise((resolve) => setTimeout(resolve, delay));
    });
    return buffer;
  });
}

describeGpu("a WebGPU device", () => {
  it("carries bytes through upload, compute and readback, tied by fences only", async () => {
    const gpu = await openGpu();
    const upload = gpu.queue("upload", { credits: 1 << 20 });
    const compute = gpu.queue("compute", { jobs: 4 });
    const readback = gpu.queue("readback", { credits: 1 << 20, jobs: 8 });
    const add = adder(gpu.device, 1000);
    const jobs: Job<Uint8Array<ArrayBuffer>, GpuJob>[] = [];
    for (let strip = 0; strip < 40; strip++) {
      const numbers = Uint32Array.from({ length: 4096 }, (_, index) => strip * 7 + index);
      const buffer = makeBuffer(gpu.device, 4096);
      const put = upload.job({ cost: buffer.size, run: ({ queue }) => queue.writeBuffer(buffer, 0, numbers) });
      const once = compute.job({ run: () => add(buffer) }).after(put);
      const twice = compute.job({ run: ({ queue }) => queue.submit([add(buffer)]) }).after(once);
      const get = readback
        .job<Uint8Array<ArrayBuffer>>({ cost: buffer.size, run: (context) => context.read(buffer) })
        .after(twice);
      submit(put, once, twice, get);
      jobs.push(get);
    }
    for (const [strip, job] of jobs.entries()) {
      await job.wait();
      expect(numbersOf(job.result)).toEqual(Uint32Array.from({ length: 4096 }, (_, index) => strip * 7 + index + 2000));
    }
    expect(upload.stats.peakCredits).toBeGreaterThan(0);
    expect(upload.stats.peakCredits).toBeLessThanOrEqual(1 << 20);
  });

  it("holds bytes in flight to the queue's credits, and jobs to its number", async () => {
    const gpu = await openGpu();
    const upload = gpu.queue("upload", { credits: 10_000, jobs: 3 });
    const buffer = makeBuffer(gpu.device, 1024);
    const most = { bytes: 0, jobs: 0 };
    const running = new Set<Job<unknown, GpuJob>>();
    const jobs = Array.from({ length: 60 }, (_, index) => {
      const job: Job<unknown, GpuJob> = upload.job({
        cost: 4096 >> (index % 3),
        run({ queue }) {
          running.add(job);
          for (const other of running) if (other.signalled) running.delete(other);
          most.jobs = Math.max(most.jobs, running.size);
          most.bytes = Math.max(
            most.bytes,
            [...running].reduce((sum, { cost }) => sum + cost, 0),
          );
          queue.writeBuffer(buffer, 0, new Uint8Array(4096));
          return undefined;
        },
      });
      return job;
    });
    for (const fence of submit(...jobs)) await fence.wait();
    expect(most.jobs).toBe(3);
    expect(most.bytes).toBeGreaterThan(4096);
    expect(most.bytes).toBeLessThanOrEqual(10_000);
    expect(upload.creditsInFlight).toBe(0);
  });

  it("leaves what the promise of `run` resolves to as the result, several reads included", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("all");
    const buffer = makeBuffer(gpu.device, 8);
    const into = new Uint8Array(32);
    const job = queue.job<number>({
      async run(context) {
        context.queue.writeBuffer(buffer, 0, new Uint32Array([1, 2, 3, 4, 5, 6, 7, 8]));
        const reads = [context.read(buffer, { offset: 4, size: 8 }), context.read(buffer, { into })];
        const [some, all] = await Promise.all(reads);
        expect(all).toBe(into);
        return (
          numbersOf(some!).reduce((sum, number) => sum + number, 0) * 1000 +
          numbersOf(all!).reduce((sum, number) => sum + number, 0)
        );
      },
    });
    await submit(job)[0].wait();
    expect(job.result).toBe(5036);
  });

  it("reads from buffers of many sizes, again and again, without a mix-up", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("all", { jobs: 5 });
    const sizes = [1, 3, 1000, 1025, 5000, 300_000, 2, 1024];
    const jobs = Array.from({ length: 48 }, (_, round) => {
      const buffer = makeBuffer(gpu.device, sizes[round % sizes.length]!);
      return queue.job<Uint8Array<ArrayBuffer>>({
        run(context) {
          context.queue.writeBuffer(buffer, 0, new Uint32Array(buffer.size / 4).fill(round));
          return context.read(buffer);
        },
      });
    });
    for (const fence of submit(...jobs)) await fence.wait();
    for (const [round, job] of jobs.entries()) {
      expect(job.result.byteLength).toBe(sizes[round % sizes.length]! * 4);
      expect(numbersOf(job.result).every((number) => number === round)).toBe(true);
    }
  });

  it("waits for a read that `run` does not answer", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("all");
    const buffer = makeBuffer(gpu.device, 4);
    const into = new Uint8Array(16);
    slowMapping(gpu.device, 30);
    const [done] = submit(
      queue.job({
        run(context) {
          context.queue.writeBuffer(buffer, 0, new Uint32Array([9, 9, 9, 9]));
          void context.read(buffer, { into });
          return undefined;
        },
      }),
    );
    await done.wait();
    expect(numbersOf(into)).toEqual(new Uint32Array([9, 9, 9, 9]));
  });

  it("signals a job's fence only when the GPU is done with it", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("slow");
    const buffer = makeBuffer(gpu.device, 64);
    const sleep = sleeper(gpu.device);
    await submit(queue.job({ run: () => sleep(buffer) }))[0].wait();
    const ended: string[] = [];
    const [slow] = submit(queue.job({ run: () => sleep(buffer) }));
    void gpu.device.queue.onSubmittedWorkDone().then(() => ended.push("before"));
    await slow.wait().then(() => ended.push("fence"));
    expect(ended).toEqual(["before", "fence"]);
  });

  it("does not take the end of earlier work for a job's own that ran meanwhile", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("first");
    const other = gpu.queue("second");
    const buffer = makeBuffer(gpu.device, 64);
    const short = sleeper(gpu.device, 1_000_000);
    const long = sleeper(gpu.device, 3_000_000);
    await Promise.all(
      submit(queue.job({ run: () => short(buffer) }), other.job({ run: () => sleeper(gpu.device, 2)(buffer) })).map(
        (fence) => fence.wait(),
      ),
    );
    const first = queue.job({ run: () => short(buffer) });
    const second = other.job({ run: () => long(buffer) });
    submit(first);
    while (first.stage === "queued") await Promise.resolve();
    submit(second);
    await first.wait();
    expect(second.stage).toBe("running");
    await second.wait();
    expect((second.timestamp ?? 0) - (first.timestamp ?? 0)).toBeGreaterThan(20);
  });

  it("asks for completion once for many jobs, and never twice at a time", async () => {
    const gpu = await openGpu();
    const ask = gpu.device.queue.onSubmittedWorkDone.bind(gpu.device.queue);
    let pending = 0;
    let most = 0;
    let asked = 0;
    vi.spyOn(gpu.device.queue, "onSubmittedWorkDone").mockImplementation(() => {
      asked++;
      most = Math.max(most, ++pending);
      return ask().finally(() => pending--);
    });
    const queue = gpu.queue("many");
    const other = gpu.queue("others");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const jobs = Array.from({ length: 200 }, (_, index) =>
      (index % 2 === 0 ? queue : other).job({ run: () => add(buffer) }),
    );
    for (const job of jobs) {
      submit(job);
      if (jobs.indexOf(job) % 10 === 9) await new Promise(setImmediate);
    }
    for (const job of jobs) await job.wait();
    expect(most).toBe(1);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(100);
  });

  it("keeps no more on the GPU than its slots, all queues together", async () => {
    const gpu = await openGpu({ slots: 4 });
    const queues = ["a", "b", "c"].map((name) => gpu.queue(name));
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    let most = 0;
    const jobs = Array.from({ length: 60 }, (_, index) => {
      const queue = queues[index % 3]!;
      return queue.job({
        run() {
          most = Math.max(most, queue.ring.inFlight);
          return add(buffer);
        },
      });
    });
    for (const fence of submit(...jobs)) await fence.wait();
    expect(most).toBe(4);
  });

  it("takes the adapter's own sizes of buffers, and the caller's where they are named", async () => {
    const own = await openGpu();
    const { maxBufferSize, maxStorageBufferBindingSize } = own.device.limits;
    await expect(openGpu({ requiredLimits: { maxBufferSize: maxBufferSize + 4 } })).rejects.toMatchObject({
      code: "EINVAL",
    });
    await expect(
      openGpu({ requiredLimits: { maxStorageBufferBindingSize: maxStorageBufferBindingSize + 4 } }),
    ).rejects.toMatchObject({ code: "EINVAL" });
    const named = await openGpu({ requiredLimits: { maxBufferSize: 1 << 28, maxComputeInvocationsPerWorkgroup: 128 } });
    expect(named.device.limits.maxBufferSize).toBe(1 << 28);
    await expect(openGpu({ requiredLimits: { maxBufferSize: 2 ** 50 } })).rejects.toMatchObject({
      name: "SignalboxError",
      code: "EINVAL",
    });
    await expect(openGpu({ requiredFeatures: ["no-such-feature" as GPUFeatureName] })).rejects.toThrow(
      /"webgpu".* can't be opened: adapter ".+" has no feature "no-such-feature" \(it has ".+"\)/,
    );
  });

  it("gives a context that is good only until `run` returns", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("late");
    const buffer = makeBuffer(gpu.device, 4);
    let kept: GpuContext | undefined;
    const [late, early] = submit(
      queue.job({
        async run(context) {
          kept = context;
          await Promise.resolve();
          return context.read(buffer);
        },
      }),
      queue.job({ run: (context) => context.read(buffer) }),
    );
    await expect(late.wait()).rejects.toMatchObject({ code: "EIO", cause: { code: "EINVAL" } });
    await early.wait();
    expect(() => kept?.read(buffer)).toThrow(/before `run` returns or awaits/);
  });

  it("refuses a spec without `run` when the job is made", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("strict");
    expect(() => queue.job({} as GpuJob)).toThrow("A WebGPU job needs a function `run` (got undefined)");
  });

  it("runs jobs that fences of others hold back", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("gated");
    const gate = new Timeline("gate").fence();
    const buffer = makeBuffer(gpu.device, 4);
    const job = queue.job<Uint8Array<ArrayBuffer>>({ run: (context) => context.read(buffer), after: gate.fence });
    const [done] = submit(job);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done.signalled).toBe(false);
    gate.signal();
    await done.wait();
    expect(job.result).toEqual(new Uint8Array(16));
  });
});
