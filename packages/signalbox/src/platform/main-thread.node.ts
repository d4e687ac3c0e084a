/**
 * Whether this agent is Node's main thread: the only one whose `process.env` is the process's own.
 */
export { isMainThread } from "node:worker_threads";
