/**
 * The standby of an isolated device: ready, dead, or left out.
 */
import { expect, it } from "vitest";
import { submit } from "signalbox";
import { call, describeGpu, makeBuffer, open, run, settled, until } from "./support.ts";

describeGpu("the standby of an isolated device", () => {
  it("is replaced when it dies before it is needed, and nobody hears of it", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [1]);
    const queue = gpu.queue("all");
    await until(() => gpu.standby === "ready");
    const [present, standby] = gpu.pids;
    process.kill(standby!, "SIGKILL");
    await until(() => gpu.standby === "none");
    expect(await run(call(queue, "read", buffer))).toEqual([1]);
    await until(() => gpu.standby === "ready");
    expect(gpu.pids).toEqual([present, expect.any(Number)]);
    expect(gpu.pids[1]).not.toBe(standby);
    expect([gpu.restarts, gpu.recovery.resets, gpu.loss]).toEqual([0, 0, undefined]);
  });

  it("that dies with the process that it should replace costs an attempt", async () => {
    const gpu = await open();
    const queue = gpu.queue("all");
    await until(() => gpu.standby === "ready");
    const read = call(queue, "echo", undefined, ["here"], { idempotent: true });
    for (const pid of gpu.pids) process.kill(pid, "SIGKILL");
    expect(await settled(submit(read))).toEqual([0]);
    expect([read.result, gpu.state]).toEqual([["here"], "open"]);
  });

  it("can be left out: then a reset starts a process", async () => {
    const gpu = await open({ standby: false });
    const buffer = await makeBuffer(gpu, [1]);
    expect([gpu.standby, gpu.pids.length]).toEqual(["none", 1]);
    gpu.recovery.reset();
    expect(await run(call(gpu.queue("all"), "read", buffer))).toEqual([1]);
    expect([gpu.standby, gpu.pids.length]).toEqual(["none", 1]);
  });

  it("does not make up for processes that die and die, having done nothing: the device is given up", async () => {
    const gpu = await open();
    for (let death = 1; death <= 3; death++) {
      await until(() => gpu.recovery.state !== "resetting" && (gpu.standby === "ready" || gpu.state === "lost"));
      process.kill(gpu.pids[0]!, "SIGKILL");
      await until(() => gpu.recovery.resets === death || gpu.state === "lost");
    }
    expect([gpu.state, gpu.restarts]).toEqual(["lost", 2]);
    expect(gpu.loss?.message).toMatch(/was ended by SIGKILL$/);
    await until(() => gpu.pids.length === 0);
  });
});
