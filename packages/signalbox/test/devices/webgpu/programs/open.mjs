/**
 * Opens a GPU for each driver that is named, one after the other, and prints what came of each as JSON.
 *
 *     node open.mjs ENTRY [DRIVER...]      ("-" for no driver option; "worker" opens one on a worker thread)
 */
import { once } from "node:events";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

const [entry, ...drivers] = isMainThread ? process.argv.slice(2) : [workerData.entry];
const { openWebGpu } = await import(entry);

/** @param {string} driver */
async function open(driver) {
  try {
    const gpu = await openWebGpu(driver === "-" ? {} : { driver });
    const icd = process.env["VK_ICD_FILENAMES"] ?? null;
    const { description } = gpu.adapterInfo;
    await gpu.close();
    return { description, icd };
  } catch (error) {
    return { code: error.code, message: error.message, icd: process.env["VK_ICD_FILENAMES"] ?? null };
  }
}

async function openInWorker() {
  const worker = new Worker(new URL(import.meta.url), { workerData: { entry } });
  const [result] = await once(worker, "message");
  await once(worker, "exit");
  return result;
}

if (isMainThread) {
  const results = [];
  for (const driver of drivers) results.push(driver === "worker" ? await openInWorker() : await open(driver));
  process.stdout.write(JSON.stringify(results));
} else {
  parentPort?.postMessage(await open("-"));
}
