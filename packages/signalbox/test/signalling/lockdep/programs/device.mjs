/** A thread of the workers device waits in a section; this one does nothing wrong. Prints what the thread answers. */
import { submit } from "signalbox";
import { openWorkers } from "signalbox/workers";

const device = await openWorkers({ lanes: 1 });
const job = device.queue("careless").job({ module: new URL("./job.mjs", import.meta.url), export: "careless" });
await submit(job)[0].wait();
process.stdout.write(`${String(job.result)}\n`);
await device.close();
