/** Losses that come in a certain turn, or while a device is on its way out: on a fake GPU, which can be lost to the turn. */
import { describe, expect, it, vi } from "vitest";
import { errno } from "../../../src/errors.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { submit } from "../../../src/queue/submission.ts";
import { loseDevice } from "../../../src/testing/lose-device.ts";
import { openFake } from "./fake-gpu.ts";

const soon = { attempts: 3, backoff: 1, timeLimit: 2_000 };

const until = (holds: () => boolean): Promise<unknown> => vi.waitUntil(holds, { interval: 1, timeout: 2_000 });

describe("bug: a loss that came as the device was put in place was swallowed, and jobs ran on what was lost", () => {
  it.each([0, 1, 2, 3])("%i microtasks after the answer that was waited for", async (count) => {
    const { gpu, fakes } = openFake(soon, (index) => index === 1);
    const queue = gpu.queue("all");
    const [fence] = submit(queue.job({ idempotent: true, run: () => undefined }));
    loseDevice(gpu, "first");
    await until(() => fakes.length === 2);
    await new Promise(setImmediate);
    fakes[1]!.workDone();
    for (let turn = 0; turn < count; turn++) await Promise.resolve();
    fakes[1]!.lose("second");
    await until(() => fakes.length === 3 && gpu.recovery.state === "running");
    expect(gpu.device).toBe(fakes[2]!.opened.device);
    await fence.wait();
    expect(gpu.loss?.message).toBe("second");
    await gpu.close();
    expect(fakes.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  it("but the loss of the one that was given up says nothing of the one that comes", async () => {
    const { gpu, fakes } = openFake(soon, (index) => index === 1);
    gpu.queue("all");
    gpu.recovery.reset("a shader that hangs, say");
    await until(() => fakes.length === 2);
    fakes[0]!.lose("by a watchdog");
    await new Promise(setImmediate);
    fakes[1]!.workDone();
    await gpu.recovery.settled();
    expect([fakes.length, gpu.device === fakes[1]!.opened.device]).toEqual([2, true]);
    await gpu.close();
  });
});

describe("bug: a device that was to recover gave up when it was lost on its way out", () => {
  it("closing: jobs that are idempotent run on the next one, those that wait too, and others end with ECANCELED", async () => {
    const { gpu, fakes } = openFake(soon, (index) => index === 0);
    const gate = new Timeline("gate").fence();
    const queue = gpu.queue("all");
    const fences = submit(
      queue.job({ idempotent: true, run: () => undefined }),
      queue.job({ run: () => undefined }),
      queue.job({ after: gate.fence, run: () => undefined }),
    );
    await until(() => fences[1].stage === "running");
    const closed = gpu.close();
    fakes[0]!.lose("in the middle");
    await until(() => gpu.recovery.resets === 1);
    expect(gpu.state).toBe("closing");
    fakes[0]!.workDone();
    gate.signal();
    await closed;
    expect(fences.map(({ error }) => error)).toEqual([0, errno.ECANCELED, 0]);
    expect([gpu.state, fakes.length, fakes.every(({ destroyed }) => destroyed)]).toEqual(["closed", 2, true]);
  });

  it("killed: what was queued ends with ECANCELED, as it was promised", async () => {
    const { gpu, fakes } = openFake(soon);
    const gate = new Timeline("gate").fence();
    const fences = submit(
      ...[1, 2].map(() => gpu.queue("all").job({ idempotent: true, after: gate.fence, run: () => undefined })),
    );
    gpu.kill("enough");
    fakes[0]!.lose("in the middle");
    await until(() => gpu.recovery.resets === 1);
    gate.signal();
    await gpu.close();
    expect(fences.map(({ error }) => error)).toEqual([errno.ECANCELED, errno.ECANCELED]);
    expect([gpu.state, fakes.every(({ destroyed }) => destroyed)]).toEqual(["closed", true]);
  });

  it("but with nothing left to run none is opened", async () => {
    const { gpu, fakes } = openFake(soon);
    gpu.queue("all");
    gpu.kill();
    fakes[0]!.lose("afterwards");
    await until(() => gpu.state === "lost");
    expect([gpu.recovery.resets, fakes.length]).toEqual([0, 1]);
    await gpu.close();
    expect(gpu.state).toBe("closed");
  });
});
