/** A program whose jobs print, and that closes at once when they are done: what they printed is not lost. */
import { submit } from "signalbox";
import { openWorkers } from "signalbox/workers";

const device = await openWorkers({ lanes: 1 });
const queue = device.queue("q");
const print = "data:text/javascript,export default (i) => console.log('line', i)";
submit(...Array.from({ length: 20 }, (_, i) => queue.job({ module: print, args: [i] })));
await device.close();
