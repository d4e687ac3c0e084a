/** A shader that never ends, in a process of its own: who is guilty, who runs again, and what is there for them. Those that go by themselves, too. */
import { expect, it } from "vitest";
import { errno, submit } from "signalbox";
import { loseDevice } from "signalbox/testing";
import { alive, call, describeGpu, makeBuffer, module, open, run, settled, until } from "./support.ts";

describeGpu("an isolated device with a shader that never ends", () => {
  it("ends the guilty job with ETIME and its process; the innocent run again, on buffers that are made again, in their order", async () => {
    const gpu = await open();
    let contents = [10, 20, 30];
    const source = await gpu.restorable({ module, export: "buffer", args: () => [contents] });
    const copied = await gpu.restorable({ module, export: "copy", resources: { other: source } });
    const slow = gpu.queue("slow", { timeout: 150 });
    const other = gpu.queue("other");
    const [first] = gpu.pids;
    expect(await run(call(other, "read", copied))).toEqual([10, 20, 30]);
    contents = [11, 21, 31];
    await until(() => gpu.standby === "ready");
    const guilty = call(slow, "hang", source, [], { label: "guilty" });
    submit(guilty);
    await until(() => guilty.stage === "running");
    const jobs = [
      call(other, "add", copied, [1], { idempotent: true }),
      call(other, "add", copied, [1], { label: "once" }),
      call(other, "read", copied, [], { idempotent: true }),
    ] as const;
    const fences = submit(...jobs);
    expect(await settled([guilty, ...fences])).toEqual([errno.ETIME, 0, errno.ECANCELED, 0]);
    expect(jobs[2].result).toEqual([12, 22, 32]);
    expect(guilty.failure()).toMatchObject({
      code: "ETIME",
      cause: { message: expect.stringMatching(/guilty.*did not end within 150 ms/) },
    });
    expect(jobs[1].failure()?.message).toContain("its device was reset");
    expect([gpu.state, gpu.recovery.state, gpu.recovery.resets, gpu.restarts]).toEqual(["open", "running", 1, 1]);
    await until(() => !alive(first!));
    expect(gpu.pids).not.toContain(first);
  });

  it("comes again right after the swap, with no standby yet, and a third time", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [1]);
    const queue = gpu.queue("hangs", { timeout: 100, retries: 5 });
    const hangs = [1, 2, 3].map(() => call(queue, "hang", buffer, [], { idempotent: true }));
    const read = call(queue, "read", buffer, [], { idempotent: true });
    expect(await settled(submit(...hangs, read))).toEqual([errno.ETIME, errno.ETIME, errno.ETIME, 0]);
    expect(read.result).toEqual([1]);
    expect(gpu.restarts).toBe(3);
  });

  it("is told from a job that waits behind it and is out of time, too", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [1]);
    const behind = gpu.queue("behind", { timeout: 400 });
    const slow = gpu.queue("slow", { timeout: 1_000 });
    const guilty = call(slow, "hang", buffer);
    submit(guilty);
    await until(() => guilty.stage === "running");
    const innocent = call(behind, "read", buffer, [], { idempotent: true });
    expect(await settled([guilty, ...submit(innocent)])).toEqual([errno.ETIME, 0]);
    expect(gpu.restarts).toBe(1);
  });

  it("may as well be a function that never returns, or never answers", async () => {
    const gpu = await open();
    const queue = gpu.queue("hangs", { timeout: 300 });
    const fences = submit(...["blocks", "waits"].map((name) => call(queue, name, undefined, [], { idempotent: true })));
    expect(await settled(fences)).toEqual([errno.ETIME, errno.ETIME]);
    expect(await run(call(queue, "echo", undefined, [1, "two"]))).toEqual([1, "two"]);
  });

  it("leaves another isolated device alone", async () => {
    const [bad, good] = await Promise.all([open({ name: "bad" }), open({ name: "good" })]);
    const [theirs, ours] = await Promise.all([makeBuffer(bad, [1]), makeBuffer(good, [1])]);
    submit(call(bad.queue("hangs"), "hang", theirs));
    const queue = good.queue("works");
    for (let index = 0; index < 5; index++) await run(call(queue, "add", ours, [1]));
    expect(await run(call(queue, "read", ours))).toEqual([6]);
    expect([good.restarts, bad.restarts]).toEqual([0, 0]);
  });

  it("is closed in the middle: with a timeout all ends, and no process is left", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [1]);
    const queue = gpu.queue("hangs");
    const fences = submit(call(queue, "hang", buffer), call(queue, "read", buffer));
    await until(() => gpu.standby === "ready");
    const { pids } = gpu;
    expect(pids).toHaveLength(2);
    await gpu.close({ timeout: 50 });
    expect(fences.map(({ error }) => error)).toEqual([errno.ETIME, errno.ETIME]);
    expect([gpu.state, gpu.pids, pids.filter(alive)]).toEqual(["closed", [], []]);
  });

  it("lets what was pushed before the end run in the process that takes over, while it is being closed", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [7]);
    const slow = gpu.queue("slow", { timeout: 150 });
    const fences = submit(call(slow, "hang", buffer), call(slow, "read", buffer, [], { idempotent: true }));
    await gpu.close();
    expect(fences.map(({ error }) => error)).toEqual([errno.ETIME, 0]);
  });
});

describeGpu("an isolated device whose process goes", () => {
  it("comes back from a loss on purpose, at once in its state, and takes jobs meanwhile", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [3]);
    const queue = gpu.queue("all");
    const [before] = gpu.pids;
    loseDevice(gpu, "a driver that crashed");
    expect([gpu.recovery.state, gpu.state, gpu.loss?.message]).toEqual(["resetting", "open", "a driver that crashed"]);
    expect(await run(call(queue, "read", buffer))).toEqual([3]);
    expect(await run(call<number>(queue, "pid", undefined))).not.toBe(before);
  });

  it("that is reset again while it comes back starts another process, and leaves none behind", async () => {
    const gpu = await open({ standby: false });
    gpu.queue("all");
    expect([gpu.recovery.reset("once"), gpu.recovery.reset("twice")]).toEqual([true, true]);
    await gpu.recovery.settled();
    expect([gpu.recovery.state, gpu.recovery.resets, gpu.restarts]).toEqual(["running", 1, 2]);
    await until(() => gpu.pids.length === 1);
  });

  it("that dies by itself is nobody's fault: what may runs again, and the others end with ECANCELED", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [3]);
    const queue = gpu.queue("all", { banAfter: 1 });
    const fences = submit(call(queue, "exits", undefined), call(queue, "read", buffer, [], { idempotent: true }));
    expect(await settled(fences)).toEqual([errno.ECANCELED, 0]);
    expect(fences[0].failure()).toMatchObject({
      cause: { name: "IsolatedError", message: expect.stringMatching(/exited with code 7$/) },
    });
    expect(queue.state).toBe("usable");
  });

  it("that ends its process each time runs as often as its queue allows, and takes nobody with it", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [3]);
    const bad = gpu.queue("bad", { retries: 3 });
    const good = gpu.queue("good", { retries: 10 });
    const crash = call(bad, "exits", undefined, [], { idempotent: true });
    const read = call(good, "read", buffer, [], { idempotent: true });
    expect(await settled(submit(crash, read))).toEqual([errno.ECANCELED, 0]);
    expect([gpu.restarts, gpu.state]).toEqual([4, "open"]);
  });

  it("is reset, too, when its GPU is lost in the process", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [3]);
    const queue = gpu.queue("all");
    const fences = submit(
      call(queue, "destroysDevice", undefined),
      call(queue, "read", buffer, [], { idempotent: true }),
    );
    expect(await settled(fences)).toEqual([errno.ECANCELED, 0]);
    expect(gpu.loss).toMatchObject({
      name: "WebGpuError",
      kind: "lost",
      message: expect.stringMatching(/was lost \(destroyed\)/),
    });
  });

  it("bug: a function that blocked it, behind a job of which it could tell nothing any more, was never out of time", async () => {
    const gpu = await open({ standby: false });
    const buffer = await makeBuffer(gpu, [1, 2, 3]);
    const first = call(gpu.queue("first"), "slow", buffer);
    const second = call(gpu.queue("second"), "blocks", undefined, [], { timeout: 100 });
    const [before, after] = await settled(submit(first, second));
    expect([before, after]).toEqual([
      expect.toSatisfy((error) => error === 0 || error === errno.ECANCELED),
      errno.ETIME,
    ]);
  });
});
