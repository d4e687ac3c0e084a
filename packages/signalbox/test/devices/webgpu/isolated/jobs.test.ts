/** Jobs of an isolated device: arguments, results and errors cross between processes as they would in one. */
import { expect, it } from "vitest";
import { errno, submit } from "signalbox";
import { IsolatedError, WebGpuError } from "signalbox/webgpu";
import { call, describeGpu, makeBuffer, module, open, run, settled } from "./support.ts";

describeGpu("a job of an isolated device", () => {
  it("is called with clones, and its result is one", async () => {
    const gpu = await open({ standby: false });
    const queue = gpu.queue("all");
    const args = [new Map([["a", 1n]]), new Date(5), [undefined, null], { nested: new Float32Array([1.5]) }];
    expect(await run(call(queue, "echo", undefined, args))).toEqual(args);
    const big = new Uint8Array(3_000_000).map((_, index) => index * 7);
    const [back] = await run<Uint8Array[]>(call(queue, "echo", undefined, [big]) as never);
    expect(Buffer.compare(back!, big)).toBe(0);
  });

  it("asks for its arguments just before it goes, with what it depends on done", async () => {
    const gpu = await open({ standby: false });
    const buffer = await makeBuffer(gpu, [1, 2]);
    const read = call<number[]>(gpu.queue("first"), "read", buffer);
    const next = call<number[][]>(gpu.queue("second"), "echo", undefined, () => [read.result]).after(read);
    submit(read, next);
    await next.wait();
    expect(next.result).toEqual([[1, 2]]);
  });

  it("fails as in one process: what the GPU found wrong, what was thrown, and nobody else's job", async () => {
    const gpu = await open({ standby: false });
    const buffer = await makeBuffer(gpu, [5]);
    const queue = gpu.queue("mixed");
    const names = [
      "add",
      "invalid",
      "add",
      "fillMemory",
      "fails",
      "failsLater",
      "answersFunction",
      "noSuchExport",
      "add",
    ];
    const jobs = names.map((name) => call(queue, name, buffer, name === "add" ? [1] : []));
    const errors = await settled(submit(...jobs));
    const { EINVAL, EIO, ENOMEM } = errno;
    expect(errors).toEqual([0, EINVAL, 0, ENOMEM, EIO, EIO, EIO, EIO, 0]);
    const [, invalid, , memory, threw, rejected, uncloned, missing] = jobs.map((job) => job.failure()?.cause);
    expect(invalid).toBeInstanceOf(WebGpuError);
    expect(invalid).toMatchObject({ kind: "validation", message: expect.stringMatching(/copy/i) });
    expect(memory).toMatchObject({ name: "WebGpuError", kind: "out-of-memory" });
    expect(threw).toBeInstanceOf(IsolatedError);
    expect(threw).toMatchObject({
      name: "TypeError",
      message: "no such kernel",
      code: "ENOENT",
      device: "webgpu",
      cause: { message: "a typo" },
      stack: expect.stringMatching(/kernels\.mjs[^]*in the process of device "webgpu"$/),
    });
    expect(rejected).toMatchObject({ cause: "nothing to say" });
    expect(uncloned).toMatchObject({
      name: "DataCloneError",
      message: expect.stringMatching(/^The job's result can't be cloned: /),
    });
    expect(missing).toMatchObject({ code: "ENOENT", message: expect.stringMatching(/has no export "noSuchExport"/) });
    expect(await run(call(queue, "read", buffer))).toEqual([8]);
    expect(gpu.restarts).toBe(0);
  });

  it("fails by itself when its arguments can't be made or cloned, whatever goes with it", async () => {
    const gpu = await open({ standby: false });
    const queue = gpu.queue("all");
    const thrown = new Error("no such picture");
    const jobs = [
      call(queue, "echo", undefined, [1]),
      call(queue, "echo", undefined, [() => {}]),
      call(queue, "echo", undefined, () => {
        throw thrown;
      }),
      call(queue, "echo", undefined, [2]),
    ];
    expect(await settled(submit(...jobs))).toEqual([0, errno.EINVAL, errno.EIO, 0]);
    expect(jobs[1]!.failure()?.cause).toMatchObject({ name: "DataCloneError" });
    expect(jobs[2]!.failure()?.cause).toBe(thrown);
    expect(jobs[3]!.result).toEqual([2]);
  });

  it("is refused when it is made, if it can't be", async () => {
    const [gpu, another] = await Promise.all([open({ standby: false }), open({ standby: false, name: "another" })]);
    const queue = gpu.queue("strict");
    expect(() => queue.job({ module: "./kernels.mjs" })).toThrow(
      'An isolated job\'s "module" "./kernels.mjs" is not an absolute URL',
    );
    expect(() => queue.job({ module, args: 5 as never })).toThrow(`An isolated job's "args" is an array`);
    expect(() => queue.job({ module, resources: { buffer: {} as never } })).toThrow(
      'resource "buffer" is not what `restorable()` answered',
    );
    const theirs = await makeBuffer(another, [1]);
    expect(() => call(queue, "read", theirs)).toThrow('resource "buffer" is of another device');
  });

  it("goes to the GPU in the order of its queue, a thousand of them in flight", async () => {
    const gpu = await open({ standby: false, slots: 1_000 });
    const buffer = await makeBuffer(gpu, [0]);
    const queue = gpu.queue("all");
    const jobs = Array.from({ length: 500 }, (_, index) => [
      call(queue, "add", buffer, [1]),
      call<number[]>(queue, index % 50 === 0 ? "read" : "echo", buffer),
    ]).flat();
    expect((await settled(submit(...jobs))).every((error) => error === 0)).toBe(true);
    const reads = jobs.filter((_, index) => index % 100 === 1).map(({ result }) => (result as number[])[0]);
    expect(reads).toEqual(Array.from({ length: 10 }, (_, index) => index * 50 + 1));
  });
});

describeGpu("what is made for jobs of an isolated device", () => {
  it("rejects with what its function threw, or the GPU found wrong, and leaves nothing", async () => {
    const gpu = await open({ standby: false });
    await expect(gpu.restorable({ module, export: "fails" })).rejects.toMatchObject({
      name: "TypeError",
      message: "no such kernel",
    });
    await expect(gpu.restorable({ module, export: "invalidBuffer" })).rejects.toMatchObject({
      name: "WebGpuError",
      kind: "validation",
    });
    await expect(gpu.restorable({ module, args: [() => {}] })).rejects.toThrow("could not be cloned");
    await expect(gpu.restorable({ module: "nowhere" })).rejects.toThrow(
      `A restorable's "module" "nowhere" is not an absolute URL`,
    );
    const { gone } = { gone: gpu.recovery.reset() };
    expect(gone).toBe(true);
    await gpu.recovery.settled();
    expect(gpu.state).toBe("open");
  });

  it("is not there any more when it was forgotten", async () => {
    const gpu = await open({ standby: false });
    const other = await makeBuffer(gpu, [1]);
    const copied = await gpu.restorable({ module, export: "copy", resources: { other } });
    expect(() => {
      other.forget();
    }).toThrow("Another restorable is made from this one");
    const queue = gpu.queue("all");
    const before = call(queue, "read", copied);
    submit(before);
    while (before.stage !== "running") await Promise.resolve();
    const late = call(queue, "read", copied);
    copied.forget();
    other.forget();
    expect(await settled([before, ...submit(late)])).toEqual([0, errno.EIO]);
    expect(late.failure()?.cause).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/"buffer" was forgotten/),
    });
  });

  it("is made ahead in the standby, if it is to be early; and is there once", async () => {
    const gpu = await open();
    let asked = 0;
    const early = await gpu.restorable({ module, export: "buffer", early: true, args: () => [[++asked]] });
    await expect(
      gpu.restorable({ module, export: "copy", early: true, resources: { other: await makeBuffer(gpu, [1]) } }),
    ).rejects.toThrow('resource "other" is not made early');
    while (gpu.standby !== "ready") await new Promise((resolve) => setTimeout(resolve, 2));
    expect(asked).toBe(2);
    gpu.recovery.reset();
    expect(await run(call(gpu.queue("all"), "read", early))).toEqual([2]);
    expect(asked).toBe(2);
  });

  it("that can't be made again is an attempt that failed; after the last the device is lost, and no process is left", async () => {
    const gpu = await open({ recover: { attempts: 2, backoff: 1 } });
    let makes = 0;
    await gpu.restorable({ module, export: "onlyOnce", args: () => [++makes === 1, "throws"] });
    const [fence] = submit(call(gpu.queue("all"), "echo", undefined, [], { idempotent: true }));
    gpu.recovery.reset();
    await expect(fence.wait()).rejects.toMatchObject({
      code: "EIO",
      cause: { cause: { message: expect.stringMatching(/^out of luck/) } },
    });
    expect([gpu.state, makes]).toEqual(["lost", 3]);
    expect(() => gpu.queue("more")).toThrow("is lost and takes no queue");
    await expect(gpu.restorable({ module, export: "buffer", args: [[1]] })).rejects.toMatchObject({ code: "ENODEV" });
    while (gpu.pids.length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  });

  it("that hangs, or ends its process, while it is made again fails the attempt only", async () => {
    const gpu = await open({ recover: { attempts: 3, backoff: 1, timeLimit: 1_500 } });
    const thens = ["", "waits", "exits", ""];
    let makes = 0;
    await gpu.restorable({ module, export: "onlyOnce", args: () => [thens[makes] === "", thens[makes++]] });
    gpu.recovery.reset();
    await gpu.recovery.settled();
    expect([gpu.state, makes, gpu.restarts]).toEqual(["open", 4, 1]);
    expect(await run(call(gpu.queue("all"), "echo", undefined, [1]))).toEqual([1]);
  });

  it("is made in the next process when a reset comes in between, and rejects when the device is closed", async () => {
    const gpu = await open();
    const made = makeBuffer(gpu, [9]);
    gpu.recovery.reset();
    expect(await run(call(gpu.queue("all"), "read", await made))).toEqual([9]);
    const never = gpu.restorable({ module, export: "waits" });
    const closed = gpu.close();
    await expect(never).rejects.toThrow();
    await closed;
  });
});
