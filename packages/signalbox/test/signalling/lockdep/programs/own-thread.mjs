/** A thread of the program's own, which uses nothing but `signalbox/shared`, forgets a fence that others wait for. */
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { linkThread, openDriverTimeline } from "signalbox/shared";

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  const link = linkThread(worker, { name: "forgetful" });
  worker.on("message", () => process.stdout.write("done\n"));
  worker.postMessage(link.oweTimeline("picture").handle);
} else {
  parentPort.once("message", (handle) => void forget(openDriverTimeline(handle)));
}

/** @param {import("signalbox/shared").DriverTimeline} timeline */
async function forget(timeline) {
  timeline.fence().signal();
  (() => void timeline.fence())();
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
  }
  parentPort.postMessage(timeline.name);
}
