/**
 * What went wrong in a worker thread, as this side sees it: made of what the thread described (calls/error-record.ts).
 */
import { errorFromRecord } from "../../calls/error-record.ts";
import type { ErrorRecord, RecordedDetails } from "../../calls/error-record.ts";

/**
 * What went wrong in a worker thread: the cause of a job's EIO.
 *
 * `name`, `message`, `code` and `stack` are those of the error that was thrown there; `cause` leads on down its own causes.
 *
 * @example
 * ```ts
 * const failure = job.failure();
 * if (failure?.cause instanceof WorkerError) console.log(failure.cause.lane, failure.cause.stack);
 * ```
 */
export class WorkerError extends Error {
  /** The name of the lane whose thread it was. */
  readonly lane: string;
  /** The error's own code, such as "ENOENT", if it had one. */
  declare readonly code?: string | number;

  constructor(
    lane: string,
    name: string,
    message: string,
    options: {
      readonly stack?: string | undefined;
      readonly code?: string | number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.lane = lane;
    if (options.code !== undefined) this.code = options.code;
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true });
    // The stack of where this object was made says nothing: it is where the message came in.
    const stack = `${options.stack ?? `${name}: ${message}`}\n    in the thread of lane "${lane}"`;
    Object.defineProperty(this, "stack", { value: stack, configurable: true, writable: true });
  }
}

/** Makes an error of a record that came from this lane's thread. */
export function workerError(record: ErrorRecord, lane: string): WorkerError {
  return errorFromRecord(
    record,
    (name, message, details: RecordedDetails) => new WorkerError(lane, name, message, details),
  );
}
