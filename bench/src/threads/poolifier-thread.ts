/** The thread of poolifier: an instance of its class. */
import { ThreadWorker } from "poolifier";
import { next } from "./jobs.js";

const worker: ThreadWorker<number, number> = new ThreadWorker<number, number>((index) => next(index ?? NaN));

export default worker;
