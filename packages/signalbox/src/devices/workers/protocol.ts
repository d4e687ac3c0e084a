/**
 * The protocol: the messages between a lane and its thread, for what doesn't fit into the shared ring.
 *
 * To the thread: `INIT` once, first; `DEFINE` before the first job of a function, or before `LOAD`; `ARGS` or `BATCH` before or just after
 * the jobs' slots are published; `WAKE` when the thread sleeps and nothing else would wake it; `END` once, last.
 * From the thread: `READY` once, first; `RESULT` or `FAILED` for each job whose outcome is `POSTED`; `BELL`.
 * Messages of one direction arrive in the order in which they were posted.
 */
import type { ErrorRecord } from "../../calls/error-record.ts";

export const INIT = 0;
export const DEFINE = 1;
export const ARGS = 2;
export const BATCH = 3;
export const WAKE = 4;
export const END = 5;
export const LOAD = 6;

export const READY = 0;
export const RESULT = 1;
export const FAILED = 2;
export const BELL = 3;

export type ToThread =
  /** The ring's memory and its capacity, and how long to look for jobs before sleeping, in ms. */
  | readonly [typeof INIT, SharedArrayBuffer, capacity: number, spin: number]
  /** From now on this number means this export of this module. */
  | readonly [typeof DEFINE, id: number, module: string, exported: string]
  /** The arguments of one job, cloned by themselves so that no job sees what another does to its own. */
  | readonly [typeof ARGS, seqno: number, args: readonly unknown[]]
  /** The arguments of many jobs, primitive values only: sequence number, arguments, sequence number, ... */
  | readonly [typeof BATCH, ...(number | readonly unknown[])[]]
  /** A bare number, which is cloned in a third of the time. */
  | typeof WAKE
  /** There will be no more jobs, and none is left: the thread ends. */
  | readonly [typeof END]
  /** Import this function's module now: no job asks for it yet, but one may soon. */
  | readonly [typeof LOAD, id: number];

/** The outcome of a job whose outcome is `POSTED`. */
export type Told =
  readonly [typeof RESULT, seqno: number, value: unknown] | readonly [typeof FAILED, seqno: number, error: ErrorRecord];

export type FromThread =
  /** The thread runs jobs from now on; its clock's origin (see `timeOrigin`), and the time on it. */
  | readonly [typeof READY, origin: number, now: number]
  | Told
  /** A bare number, as `WAKE`. */
  | typeof BELL;
