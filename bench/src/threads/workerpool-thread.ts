/** The thread of workerpool: names what it can be asked for. */
import workerpool from "workerpool";
import { next } from "./jobs.js";

workerpool.worker({ next });
