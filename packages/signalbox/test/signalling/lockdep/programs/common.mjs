/** As waits.mjs, and loads the package as a CommonJS program does. */
import { createRequire } from "node:module";

const { Timeline, deliver } = createRequire(import.meta.url)("signalbox");

const { fence } = new Timeline("upload").fence();
deliver(() => void fence.wait({ timeout: 1 }).catch(() => process.stdout.write("done\n")));
