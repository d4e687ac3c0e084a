/** Does nothing wrong. */
import { Timeline, deliver } from "signalbox";

const handle = new Timeline("upload").fence();
const waiting = handle.fence.wait();
deliver(() => void handle.signal());
await waiting;
process.stdout.write("done\n");
