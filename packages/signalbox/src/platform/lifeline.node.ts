/**
 * A thread of a child process that does one thing: when the pipe to the parent closes, it kills the process, whatever the main
 * thread is doing. Loaded by `new Worker(...)` only (processes.node.ts).
 */
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";

const die = (): void => {
  process.kill(process.pid, "SIGKILL");
};
new Socket({ fd: workerData as number }).on("error", die).on("close", die).resume();
