/** Waits for a fence of a thread that holds no process alive, and ends by itself when it has it. Prints what it got. */
import { Worker } from "node:worker_threads";
import { linkThread } from "signalbox/shared";

const worker = new Worker(new URL("./slow.mjs", import.meta.url));
worker.unref();
const link = linkThread(worker, { name: "slow" });
const { fence, handle } = link.owe("picture");
worker.postMessage({ owed: handle, signals: process.argv[2] === "signals" });
process.stdout.write(
  await fence.wait().then(
    () => "signalled",
    () => fence.failure().code,
  ),
);
// The thread would live on: nothing of a fence that has signalled, or of the link, waits for it.
