/**
 * A program with an isolated device, which prints the numbers of its processes and then ends in one of several ways.
 *
 *     node program.mjs hang|blocks|idle stay|exit|forget
 */
import { submit } from "signalbox";
import { openIsolatedWebGpu } from "signalbox/webgpu";

const [, , what = "", how] = process.argv;
const module = new URL("./kernels.mjs", import.meta.url);
const gpu = await openIsolatedWebGpu();
const buffer = await gpu.restorable({ module, export: "buffer", args: [[1]] });
const queue = gpu.queue("all");
const ready = queue.job({ module, export: "read", resources: { buffer } });
submit(ready);
await ready.wait();
while (gpu.standby !== "ready") await new Promise((resolve) => setTimeout(resolve, 5));
if (what !== "idle") submit(queue.job({ module, export: what, resources: { buffer } }));
// The job is under way in its process.
await new Promise((resolve) => setTimeout(resolve, 100));
process.stdout.write(`${JSON.stringify(gpu.pids)}\n`);
if (how === "exit") process.exit(3);
if (how === "stay") setInterval(() => {}, 1_000);
