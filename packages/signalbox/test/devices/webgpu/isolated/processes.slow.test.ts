/** What is left of processes: nothing, after many resets in a row, and whatever way the program ends. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { submit } from "signalbox";
import { loseDevice } from "signalbox/testing";
import { alive, call, describeGpu, makeBuffer, open, settled, until } from "./support.ts";

describeGpu("an isolated device whose process goes again and again", () => {
  it("is replaced more than 20 times in a row, and nothing is left of those before", async () => {
    const gpu = await open();
    const buffer = await makeBuffer(gpu, [3]);
    const queue = gpu.queue("all", { timeout: 10_000, retries: 1 });
    const seen = new Set<number>(gpu.pids);
    let handles = 0;
    for (let round = 0; round < 22; round++) {
      await until(() => gpu.standby === "ready");
      for (const pid of gpu.pids) seen.add(pid);
      const jobs = [round, round + 100].map((value) =>
        call<number[]>(queue, "writeAndRead", buffer, [[value]], { idempotent: true }),
      );
      const fences = submit(...jobs);
      if (round % 2 === 0) await Promise.resolve();
      if (round % 3 === 0) process.kill(gpu.pids[0]!, "SIGKILL");
      else loseDevice(gpu);
      expect(await settled(fences)).toEqual([0, 0]);
      expect(jobs.map(({ result }) => result)).toEqual([[round], [round + 100]]);
      await until(() => gpu.restarts === round + 1);
      if (round === 4) handles = process.getActiveResourcesInfo().length;
    }
    await until(() => gpu.standby === "ready" && gpu.pids.length === 2);
    expect(gpu.restarts).toBe(22);
    for (const pid of gpu.pids) seen.add(pid);
    expect(new Set([...seen].filter(alive))).toEqual(new Set(gpu.pids));
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles + 2);
    await gpu.close();
    expect([...seen].filter(alive)).toEqual([]);
  }, 120_000);
});

interface Program {
  /** The processes that it printed. */
  readonly pids: readonly number[];
  /** Resolves to how it ended. */
  readonly ended: Promise<string>;
  readonly pid: number;
}

// For programs that forget their device: the validator would tell of that, if the collector came.
const { SIGNALBOX_LOCKDEP: _, ...withoutValidator } = process.env;

// Starts a program that prints its processes' numbers as its first line.
async function program(...args: readonly string[]): Promise<Program> {
  const path = fileURLToPath(new URL("./jobs/program.mjs", import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: withoutValidator,
  });
  const ended = new Promise<string>((resolve) => child.on("exit", (code, signal) => resolve(signal ?? `${code}`)));
  let printed = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes("\n")) resolve();
    });
    child.on("exit", () => {
      resolve();
    });
  });
  return { pids: JSON.parse(printed.split("\n")[0]!) as number[], ended, pid: child.pid! };
}

describeGpu("the processes of an isolated device end with the program", () => {
  it.each(["hang", "blocks", "idle"])("that is killed (%s)", async (what) => {
    const { pid, pids, ended } = await program(what, "stay");
    expect([pids.length, pids.filter(alive)]).toEqual([2, pids]);
    process.kill(pid, "SIGKILL");
    expect(await ended).toBe("SIGKILL");
    await until(() => !pids.some(alive));
  });

  it.each(["hang", "blocks"])("that exits in the middle (%s)", async (what) => {
    const { pids, ended } = await program(what, "exit");
    expect(await ended).toBe("3");
    await until(() => !pids.some(alive));
  });

  it("that forgets to close: it ends by itself when its jobs are done", async () => {
    const { pids, ended } = await program("idle", "forget");
    expect(await ended).toBe("0");
    await until(() => !pids.some(alive));
  });
});
