/**
 * The protocol: the messages between an isolated device and its child processes.
 *
 * To the child: `INIT` once, first; `MAKE` for things that are to be there before jobs name them; `RUN` once for each flush, with
 * all jobs of it; `FORGET` for a thing that no job names any more; `PING` to hear whether its thread still turns; `END` once, last.
 * From the child: `READY` or `REFUSED` once, first; `MADE` or `UNMADE` for each thing, in order; `DONE` with all jobs that were
 * done at once; `PONG` for each `PING`; `LOST` once, and then nothing more.
 * Messages of one direction arrive in the order in which they were posted.
 */
import type { ErrorRecord } from "../../../calls/error-record.ts";
import type { ErrorCode } from "../../../errors.ts";
import type { WebGpuNodeOptions } from "../index.node.ts";
import type { WebGpuErrorKind } from "../webgpu-error.ts";

export const INIT = 0;
export const MAKE = 1;
export const RUN = 2;
export const FORGET = 3;
export const END = 4;
export const PING = 5;

export const READY = 0;
export const REFUSED = 1;
export const MADE = 2;
export const UNMADE = 3;
export const DONE = 4;
export const LOST = 5;
export const PONG = 6;

/** Things by the names that a function knows them by: name, number, name, number, ... */
export type NamedThings = readonly (string | number)[];

/** A call of an export, with what it is given. */
export type CallRecord = readonly [
  id: number,
  module: string,
  exported: string,
  label: string,
  args: readonly unknown[],
  things: NamedThings,
];

/** What the GPU reported, by its kind, or what else went wrong. */
export type FailureRecord = readonly [error: number, kind: WebGpuErrorKind | null, record: ErrorRecord];

/** What became of a job. */
export type Outcome = readonly [id: number, result: unknown] | readonly [id: number, result: undefined, FailureRecord];

/** What the adapter says of itself. */
export interface AdapterRecord {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

export type ToChild =
  | readonly [typeof INIT, options: WebGpuNodeOptions]
  | readonly [typeof MAKE, things: readonly CallRecord[]]
  | readonly [typeof RUN, jobs: readonly CallRecord[]]
  | readonly [typeof FORGET, thing: number]
  | readonly [typeof PING]
  /** Nothing is left to do: the process ends. */
  | readonly [typeof END];

export type FromChild =
  | readonly [typeof READY, AdapterRecord]
  /** There is no GPU for it. */
  | readonly [typeof REFUSED, code: ErrorCode, message: string]
  | readonly [typeof MADE, thing: number]
  | readonly [typeof UNMADE, thing: number, FailureRecord]
  | readonly [typeof DONE, outcomes: readonly Outcome[]]
  | readonly [typeof PONG]
  /** Its GPU was lost. */
  | readonly [typeof LOST, reason: GPUDeviceLostReason, message: string];
