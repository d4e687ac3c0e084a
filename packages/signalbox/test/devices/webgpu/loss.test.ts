/** A device that is lost from outside leaves no fence unsignalled, and says why. */
import { expect, it } from "vitest";
import { Timeline } from "../../../src/fence/timeline.ts";
import { submit } from "../../../src/queue/submission.ts";
import { describeGpu, openGpu } from "./device.ts";
import { adder, makeBuffer, sleeper } from "./kernels.ts";

describeGpu("a WebGPU device that is lost", () => {
  it("ends what runs and what is queued with EIO, in order, with the loss as the cause", async () => {
    const gpu = await openGpu();
    const slow = gpu.queue("slow", { jobs: 2 });
    const other = gpu.queue("other");
    const buffer = makeBuffer(gpu.device, 64);
    const sleep = sleeper(gpu.device);
    const never = new Timeline("never").fence();
    const first = slow.job({ run: () => sleep(buffer) });
    const fences = [
      ...submit(first, ...Array.from({ length: 9 }, () => slow.job({ run: () => sleep(buffer) }))),
      ...submit(
        other.job({ run: (context) => context.read(buffer) }),
        other.job({ run: () => sleep(buffer) }).after(never.fence),
      ),
    ];
    while (first.stage === "queued") await Promise.resolve();
    gpu.device.destroy();
    await Promise.allSettled(fences.map((fence) => fence.wait()));
    expect(fences.map((fence) => fence.failure()?.code)).toEqual(fences.map(() => "EIO"));
    expect(fences[0]?.failure()?.cause).toMatchObject({
      name: "WebGpuError",
      kind: "lost",
      message: expect.stringMatching(/^\[Device "webgpu"\] was lost \(destroyed\)/),
    });
    expect(gpu.state).toBe("lost");
    expect(gpu.loss?.reason).toBe("destroyed");
    never.signal();
  });

  it("does not call a job done that was given to it after it was destroyed", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("late", { bypass: true });
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    gpu.device.destroy();
    const [late] = submit(queue.job({ run: () => add(buffer) }));
    await expect(late.wait()).rejects.toMatchObject({ code: "EIO", cause: { kind: "lost" } });
  });

  it("is not called done when it is destroyed from inside a job's `run`", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("suicidal");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const jobs = [
      queue.job({
        run({ device }) {
          device.destroy();
          return add(buffer);
        },
      }),
      queue.job({ run: () => add(buffer) }),
      queue.job({ run: (context) => context.read(buffer) }),
    ];
    const fences = submit(...jobs);
    await Promise.allSettled(fences.map((fence) => fence.wait()));
    expect(fences.map((fence) => fence.failure()?.code)).toEqual(["EIO", "EIO", "EIO"]);
  });

  it("takes no more queues and jobs, and can still be closed", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("before");
    gpu.device.destroy();
    await gpu.device.lost;
    await Promise.resolve();
    expect(() => gpu.queue("after")).toThrow('[Device "webgpu"] is lost and takes no queue');
    expect(() => queue.job({ run: () => undefined })).toThrow('[Queue "before"] was destroyed and takes no job');
    await gpu.close();
    expect(gpu.state).toBe("closed");
  });

  it("is found while it is being closed, too", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("slow", { jobs: 1 });
    const buffer = makeBuffer(gpu.device, 64);
    const sleep = sleeper(gpu.device);
    const fences = submit(...Array.from({ length: 20 }, () => queue.job({ run: () => sleep(buffer) })));
    const closed = gpu.close();
    gpu.device.destroy();
    await closed;
    expect(fences.every((fence) => fence.signalled)).toBe(true);
    expect(fences.at(-1)?.failure()?.code).toBe("EIO");
    expect(gpu.loss?.reason).toBe("destroyed");
  });

  it("does not take another device with it", async () => {
    const [lost, kept] = await Promise.all([openGpu({ name: "lost" }), openGpu({ name: "kept" })]);
    const queue = kept.queue("all");
    const buffer = makeBuffer(kept.device, 64);
    const add = adder(kept.device, 1);
    lost.device.destroy();
    await submit(queue.job({ run: () => add(buffer) }))[0].wait();
    expect(kept.state).toBe("open");
  });
});
