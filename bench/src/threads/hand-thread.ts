/** The thread of who does it by hand: answers each message with one. */
import { parentPort } from "node:worker_threads";
import { next } from "./jobs.js";

parentPort?.on("message", (index: number) => {
  parentPort?.postMessage(next(index));
});
