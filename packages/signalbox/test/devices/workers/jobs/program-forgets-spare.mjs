/** As program-forgets.mjs, with a spare thread: which keeps no process alive, neither while it starts nor when it waits. */
import { submit } from "signalbox";
import { openWorkers } from "signalbox/workers";

const device = await openWorkers({ lanes: 1, spares: 1 });
const queue = device.queue("q");
const job = queue.job({ module: new URL("./basic.mjs", import.meta.url), export: "add", args: ["do", "ne"] });
submit(job);
void job.wait().then(() => process.stdout.write(job.result));
