/** Closing: drained, or ended by the deadline; every fence signals either way, and the process ends by itself. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, vi } from "vitest";
import { Timeline } from "../../../src/fence/timeline.ts";
import { submit } from "../../../src/queue/submission.ts";
import { describeGpu, openGpu } from "./device.ts";
import { adder, makeBuffer, sleeper } from "./kernels.ts";

const program = fileURLToPath(new URL("./programs/close-in-flight.mjs", import.meta.url));

async function runProgram(
  args: readonly string[] = [],
  env = process.env,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(process.execPath, ["--expose-gc", program, ...args], { timeout: 30_000, env });
}

/** For a program that forgets its device, which the validator would tell of. */
const { SIGNALBOX_LOCKDEP: _, ...withoutValidator } = process.env;

describeGpu("closing a WebGPU device", () => {
  it("lets what was pushed run, then destroys the device", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("all", { jobs: 4 });
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const destroy = vi.spyOn(gpu.device, "destroy");
    const fences = submit(...Array.from({ length: 50 }, () => queue.job({ run: () => add(buffer) })));
    const closed = gpu.close();
    expect(gpu.state).toBe("closing");
    expect(destroy).not.toHaveBeenCalled();
    expect(() => queue.job({ run: () => undefined })).toThrow(/takes no job/);
    expect(() => gpu.queue("late")).toThrow('[Device "webgpu"] is closing and takes no queue');
    expect(gpu.close()).toBe(closed);
    await closed;
    expect(fences.map((fence) => fence.status)).toEqual(fences.map(() => 1));
    expect(gpu.state).toBe("closed");
    expect(gpu.loss).toBeUndefined();
    expect(destroy).toHaveBeenCalledTimes(1);
    expect((await gpu.device.lost).reason).toBe("destroyed");
  });

  it("ends what is left after the deadline with ETIME, and destroys the device only when the GPU is done", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("slow", { jobs: 2 });
    const buffer = makeBuffer(gpu.device, 64);
    const sleep = sleeper(gpu.device, 3_000_000);
    const destroy = vi.spyOn(gpu.device, "destroy");
    const never = new Timeline("never").fence();
    const fences = submit(
      ...Array.from({ length: 5 }, () => queue.job({ run: () => sleep(buffer) })),
      queue.job({ run: () => undefined, after: never.fence }),
    );
    await gpu.close({ timeout: 20 });
    expect(gpu.state).toBe("closed");
    expect(fences.map((fence) => fence.failure()?.code)).toEqual(fences.map(() => "ETIME"));
    expect(fences[0].failure()?.cause).toMatchObject({
      message: '[Device "webgpu"] was closed and did not finish within 20 ms',
    });
    expect(destroy).not.toHaveBeenCalled();
    await gpu.device.lost;
    expect(destroy).toHaveBeenCalledTimes(1);
    expect(gpu.loss).toBeUndefined();
    never.signal();
  });

  it("does not wait for a promise of `run` that never settles beyond the deadline", async () => {
    const gpu = await openGpu();
    const queue = gpu.queue("stuck");
    const [stuck] = submit(queue.job({ run: () => new Promise<never>(() => {}) }));
    await gpu.close({ timeout: 30 });
    expect(stuck.failure()?.code).toBe("ETIME");
    await gpu.device.lost;
  });

  it("refuses a timeout that is none", async () => {
    const gpu = await openGpu();
    expect(() => gpu.close({ timeout: -1 })).toThrow(RangeError);
    expect(() => gpu.close({ timeout: NaN })).toThrow("A timeout is 0 ms or more (got NaN)");
    expect(gpu.state).toBe("open");
  });

  it("with work in flight signals every fence, and the process exits by itself, 20 times", async () => {
    for (let round = 0; round < 20; round++) {
      const { stdout, stderr } = await runProgram();
      expect({ stdout, stderr }).toEqual({ stdout: "60 of 60 signalled, 60 without an error\n", stderr: "" });
    }
  }, 120_000);

  it("with no time left signals every fence, and the process exits by itself", async () => {
    for (let round = 0; round < 5; round++) {
      const { stdout, stderr } = await runProgram(["--timeout", "1"]);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^60 of 60 signalled, \d+ without an error\n$/);
    }
  }, 60_000);

  it("that is forgotten does not keep an idle process alive", async () => {
    const { stdout, stderr } = await runProgram(["--forget"], withoutValidator);
    expect({ stdout, stderr }).toEqual({ stdout: "60 of 60 signalled, 60 without an error\n", stderr: "" });
  });
});
