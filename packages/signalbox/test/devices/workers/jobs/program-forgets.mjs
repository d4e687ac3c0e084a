/** A program that uses a device and forgets to close it. It ends by itself when its jobs are done, and not before. */
import { submit } from "signalbox";
import { openWorkers } from "signalbox/workers";

const device = await openWorkers({ lanes: 2 });
const queue = device.queue("q");
const job = queue.job({ module: new URL("./basic.mjs", import.meta.url), export: "later", args: ["done", 100] });
submit(job);
// Nobody awaits it: only the job in flight keeps the process alive.
void job.wait().then(() => process.stdout.write(job.result));
