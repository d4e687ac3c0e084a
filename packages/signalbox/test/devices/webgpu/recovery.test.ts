/** A device that recovers: from losses, and from shaders that hang, as far as one process can. */
import { expect, it } from "vitest";
import { GPUBufferUsage } from "../../../src/devices/webgpu/constants.ts";
import { errno } from "../../../src/errors.ts";
import { submit } from "../../../src/queue/submission.ts";
import { loseDevice } from "../../../src/testing/lose-device.ts";
import { describeGpu, openGpu } from "./device.ts";
import { adder, makeBuffer, sleeper } from "./kernels.ts";

const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;

/** A buffer with these numbers, and a kernel that adds 1 to each; both come back with the device. */
async function adding(gpu: Awaited<ReturnType<typeof openGpu>>, numbers: readonly number[]) {
  const buffer = await gpu.restorable(({ device, queue }) => {
    const made = device.createBuffer({ size: numbers.length * 4, usage: STORAGE | COPY_SRC | COPY_DST });
    queue.writeBuffer(made, 0, Uint32Array.from(numbers));
    return made;
  });
  const add = await gpu.restorable(({ device }) => adder(device, 1));
  return { buffer, add };
}

function numbersOf(bytes: Uint8Array): number[] {
  return [...new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];
}

describeGpu("a WebGPU device that recovers", () => {
  it("comes back from a loss: restorables are made again, idempotent jobs run again, in order, with the same fences", async () => {
    const gpu = await openGpu({ recover: true });
    const { buffer, add } = await adding(gpu, [1, 2, 3]);
    const queue = gpu.queue("all");
    const before = gpu.device;
    const write = queue.job({
      idempotent: true,
      run: ({ queue: raw }) => raw.writeBuffer(buffer.current, 0, new Uint32Array([10, 20, 30])),
    });
    const once = queue.job({ label: "once", run: () => add.current(buffer.current) });
    const again = queue.job({ idempotent: true, run: () => add.current(buffer.current) });
    const read = queue.job<Uint8Array>({ idempotent: true, run: (context) => context.read(buffer.current) });
    const fences = submit(write, once, again, read);
    while (read.stage !== "running") await Promise.resolve();
    loseDevice(gpu, "a driver that crashed");
    expect([gpu.recovery.state, gpu.state]).toEqual(["resetting", "open"]);
    await Promise.allSettled(fences.map((fence) => fence.wait()));
    expect(fences.map(({ error }) => error)).toEqual([0, errno.ECANCELED, 0, 0]);
    expect(numbersOf(read.result)).toEqual([11, 21, 31]);
    expect(once.failure()?.message).toContain("its device was reset");
    expect([gpu.recovery.state, gpu.recovery.resets, gpu.state]).toEqual(["running", 1, "open"]);
    expect(gpu.device).not.toBe(before);
    expect(gpu.loss?.message).toBe("a driver that crashed");
    expect((await before.lost).reason).toBe("destroyed");
  });

  it("comes back from a real loss, and takes jobs while it is away", async () => {
    const gpu = await openGpu({ recover: true });
    const { buffer, add } = await adding(gpu, [1]);
    const queue = gpu.queue("all");
    gpu.device.destroy();
    await gpu.device.lost;
    await Promise.resolve();
    expect(gpu.recovery.state).toBe("resetting");
    const read = queue.job<Uint8Array>({ run: (context) => context.read(buffer.current) });
    const fences = submit(queue.job({ run: () => add.current(buffer.current) }), read);
    await Promise.all(fences.map((fence) => fence.wait()));
    expect(numbersOf(read.result)).toEqual([2]);
  });

  it("gives a shader that hangs up with its device: the guilty job ends with ETIME, the innocent ones run on the next", async () => {
    const gpu = await openGpu({ recover: true });
    const { buffer, add } = await adding(gpu, [5]);
    const slow = gpu.queue("slow", { timeout: 40 });
    const other = gpu.queue("other");
    const sleep = await gpu.restorable(({ device }) => sleeper(device, 60_000_000));
    const guilty = slow.job({ label: "guilty", run: () => sleep.current(buffer.current) });
    const innocent = other.job({ idempotent: true, run: () => add.current(buffer.current) });
    const read = other.job<Uint8Array>({ idempotent: true, run: (context) => context.read(buffer.current) });
    const fences = submit(guilty, innocent, read);
    await Promise.allSettled(fences.map((fence) => fence.wait()));
    expect(fences.map(({ error }) => error)).toEqual([errno.ETIME, 0, 0]);
    expect(numbersOf(read.result)).toEqual([6]);
  });

  it("bug: what was done before a shader that hangs was not complete, so that nobody was guilty", async () => {
    const gpu = await openGpu({ recover: true });
    const { buffer, add } = await adding(gpu, [5]);
    const queue = gpu.queue("all");
    const sleep = await gpu.restorable(({ device }) => sleeper(device, 60_000_000));
    const innocent = Array.from({ length: 3 }, () => queue.job({ run: () => add.current(buffer.current) }));
    const read = queue.job<Uint8Array>({ run: (context) => context.read(buffer.current) });
    const guilty = queue.job({ timeout: 40, run: () => sleep.current(buffer.current) });
    const fences = submit(...innocent, read, guilty);
    await Promise.allSettled(fences.map((fence) => fence.wait()));
    expect(fences.map(({ error }) => error)).toEqual([0, 0, 0, 0, errno.ETIME]);
    expect(numbersOf(read.result)).toEqual([8]);
  });

  it("that was not to recover is lost when a shader hangs", async () => {
    const gpu = await openGpu();
    const buffer = makeBuffer(gpu.device, 64);
    const sleep = sleeper(gpu.device, 12_000_000);
    const queue = gpu.queue("slow", { timeout: 40 });
    const fences = submit(
      queue.job({ run: () => sleep(buffer) }),
      queue.job({ idempotent: true, run: () => undefined }),
    );
    await Promise.allSettled(fences.map((fence) => fence.wait()));
    expect(fences.map(({ error }) => error)).toEqual([errno.ETIME, errno.EIO]);
    expect(gpu.state).toBe("lost");
  });

  it("is lost when what was to be restored can't be, after as many attempts as were asked for", async () => {
    const gpu = await openGpu({ recover: { attempts: 2, backoff: 1 } });
    let makes = 0;
    const restorable = await gpu.restorable(() => {
      if (++makes > 1) throw new Error("out of luck");
      return "made";
    });
    const [fence] = submit(gpu.queue("all").job({ idempotent: true, run: () => undefined }));
    loseDevice(gpu);
    await expect(fence.wait()).rejects.toMatchObject({ code: "EIO", cause: { cause: { message: "out of luck" } } });
    expect([gpu.state, gpu.recovery.state, makes]).toEqual(["lost", "gone", 3]);
    expect(() => restorable.current).toThrow("its device is away");
    expect(() => gpu.queue("more")).toThrow("is lost and takes no queue");
  });

  it("can be lost many times in a row, and loses no job", async () => {
    const gpu = await openGpu({ recover: true });
    const { buffer, add } = await adding(gpu, [0]);
    const queue = gpu.queue("all", { retries: 100 });
    let done = 0;
    for (let round = 0; round < 4; round++) {
      const fences = submit(
        ...Array.from({ length: 5 }, () => queue.job({ idempotent: true, run: () => add.current(buffer.current) })),
      );
      await Promise.resolve();
      loseDevice(gpu, `round ${round}`);
      await Promise.all(fences.map((fence) => fence.wait()));
      done += fences.length;
    }
    expect([done, gpu.recovery.resets]).toEqual([20, 4]);
  });

  it("is closed in the middle of coming back", async () => {
    const gpu = await openGpu({ recover: true });
    const [fence] = submit(gpu.queue("all").job({ idempotent: true, run: () => undefined }));
    loseDevice(gpu);
    await gpu.close({ timeout: 0 });
    expect([gpu.state, fence.signalled]).toEqual(["closed", true]);
  });
});
