/**
 * The floor of `recovery-gpu/endless`: the same by hand, for one job at a time. Two processes with an open GPU and compiled pipelines;
 * the one that hangs is killed, the other one gets the job.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process with an open GPU. */
async function start(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("./by-hand-child.js", import.meta.url)), { serialization: "advanced" });
  await answer(child);
  return child;
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => {
      reject(new Error("the process is gone"));
    });
  });
}

/** Two processes: one that is to hang, and one that takes over. */
export class ByHand {
  #present: ChildProcess;
  #standby: ChildProcess;

  constructor(present: ChildProcess, standby: ChildProcess) {
    this.#present = present;
    this.#standby = standby;
  }

  static async start(): Promise<ByHand> {
    return new ByHand(await start(), await start());
  }

  /** How long a swap takes, in ms: from the end of the timeout to the next job's result. */
  async swap(timeout: number): Promise<number> {
    this.#present.send("hang");
    await new Promise((resolve) => setTimeout(resolve, timeout));
    const began = performance.now();
    end(this.#present);
    this.#standby.send(0);
    await answer(this.#standby);
    const took = performance.now() - began;
    this.#present = this.#standby;
    this.#standby = await start();
    return took;
  }

  stop(): void {
    end(this.#present);
    end(this.#standby);
  }
}

function end(child: ChildProcess): void {
  child.removeAllListeners();
  child.kill("SIGKILL");
}
