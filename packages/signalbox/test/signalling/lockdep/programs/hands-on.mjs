/** Hands an obligation on to a thread, whose section then waits: told of there, with the place where it was handed on here. */
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { Timeline, publish } from "signalbox";
import { linkThread, openDriverFence } from "signalbox/shared";

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  const link = linkThread(worker, { name: "decoder" });
  const fence = publish(new Timeline("pictures").privateFence(), function show(must) {
    return must.transferTo(link, (handle) => worker.postMessage(handle));
  });
  await fence.wait();
  process.stdout.write("done\n");
} else {
  const never = new Timeline("memory").fence();
  parentPort.once("message", (handle) => {
    openDriverFence(handle, function decode(must) {
      void never.fence.wait({ timeout: 1 }).catch(() => {});
      return must.signal();
    });
    never.signal();
  });
}
