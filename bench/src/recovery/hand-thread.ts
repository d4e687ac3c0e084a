/** The thread of who does it by hand: calls what it is told to, and tells when it is there and when a call has come to its end. */
import { parentPort } from "node:worker_threads";
import * as jobs from "./jobs.js";
import type { Notes } from "./jobs.js";

parentPort?.on("message", ([name, notes]: readonly ["hang" | "next" | "work", Notes]) => {
  parentPort?.postMessage("begun");
  jobs[name](notes);
  parentPort?.postMessage("done");
});
parentPort?.postMessage("ready");
