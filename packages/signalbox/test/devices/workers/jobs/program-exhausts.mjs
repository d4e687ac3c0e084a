/** A program whose job uses up its thread's memory. Started with a small heap. */
import { submit } from "signalbox";
import { openWorkers } from "signalbox/workers";

const device = await openWorkers({ lanes: 1 });
const queue = device.queue("q");
const job = queue.job({ module: new URL("./ends.mjs", import.meta.url), export: "exhaust" });
const next = queue.job({ module: new URL("./basic.mjs", import.meta.url), export: "add", args: [1, 1] });
submit(job, next);
await next.wait();
const { code, cause } = job.failure();
process.stdout.write(`${code} ${cause.cause.code} ${String(next.result)}`);
await device.close();
