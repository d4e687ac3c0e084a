/** Waits where it must not: one breach, seen from the place where it is loaded. Prints "done" when it is over. */
import { Timeline, deliver } from "signalbox";

const { fence } = new Timeline("upload").fence();
deliver(() => void fence.wait({ timeout: 1 }).catch(() => process.stdout.write("done\n")));
