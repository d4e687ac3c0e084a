/** Links a thread, opens what it owes, gives up a wait for it: none of that keeps the process alive. */
import { Worker } from "node:worker_threads";
import { linkThread } from "signalbox/shared";

const worker = new Worker(new URL("./slow.mjs", import.meta.url));
worker.unref();
const link = linkThread(worker);
const { fence } = link.owe("never");
const { object } = link.oweSyncObject("never");
const ends = await Promise.allSettled([
  fence.wait({ timeout: 20 }),
  object.at(1n).wait({ forSubmit: true, timeout: 20 }),
]);
process.stdout.write(ends.map(({ reason }) => reason.code).join(" "));
