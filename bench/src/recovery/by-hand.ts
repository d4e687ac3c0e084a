/**
 * Recovery by hand, as whoever has only `node:worker_threads` does it at best: a timer, `terminate`, and when the thread is gone, the next
 * job on a new one, or on one that was kept ready. No queue, no neighbours, nothing else to look after.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { TIMEOUT, notes } from "./samples.js";
import type { Samples } from "./samples.js";

const entry = new URL("./hand-thread.js", import.meta.url);

/** Lets a job hang `times` times. */
export async function byHand(times: number, spare: boolean): Promise<Samples> {
  const samples: Samples = { times: [], before: [], during: [], gaps: [], wrong: [] };
  let worker = await ready();
  for (let count = 0; count < times; count++) {
    const warm = spare ? await ready() : undefined;
    await pause(50);
    const told = notes();
    worker.postMessage(["hang", told]);
    await once(worker, "message");
    while (told[0] === 0) await pause(0);
    await pause(TIMEOUT - (performance.timeOrigin + performance.now() - told[0]!));
    void worker.terminate();
    await once(worker, "exit");
    worker = warm ?? (await ready());
    worker.postMessage(["next", told]);
    while (((await once(worker, "message")) as readonly unknown[])[0] !== "done");
    samples.times.push(told[1]! - told[0]! - TIMEOUT);
  }
  await worker.terminate();
  return samples;
}

async function ready(): Promise<Worker> {
  const worker = new Worker(entry);
  await once(worker, "message");
  return worker;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
