/**
 * What `signalbox/workers` offers in Node and in browsers alike, beside `openWorkers`.
 */
export { WorkerError } from "./worker-error.ts";
export type { LaneState, WorkersLane } from "./lane.ts";
export { transfer } from "./transfer.ts";
export type { Transferred } from "./transfer.ts";
export type { WorkerArgs, WorkerJob } from "./worker-job.ts";
export type { WorkersDevice, WorkersOptions, WorkersQueueOptions } from "./workers-device.ts";
