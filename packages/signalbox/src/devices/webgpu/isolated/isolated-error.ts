/**
 * What went wrong in the process of an isolated device, as this side sees it.
 */
import { errorFromRecord } from "../../../calls/error-record.ts";
import type { ErrorRecord, RecordedDetails } from "../../../calls/error-record.ts";
import { WebGpuError } from "../webgpu-error.ts";
import type { FailureRecord } from "./protocol.ts";

/**
 * What went wrong in the process of an isolated device: what a job's function threw there (the cause of its EIO), or how the
 * process ended. What the GPU itself reports is a {@link WebGpuError}, as without a process between.
 *
 * `name`, `message`, `code` and `stack` are those of the error that was thrown there; `cause` leads on down its own causes.
 *
 * @example
 * ```ts
 * const failure = job.failure();
 * if (failure?.cause instanceof IsolatedError) console.log(failure.cause.device, failure.cause.stack);
 * ```
 */
export class IsolatedError extends Error {
  /** The name of the device whose process it was. */
  readonly device: string;
  /** The error's own code, such as "ENOENT", if it had one. */
  declare readonly code?: string | number;

  /** @internal */
  constructor(device: string, name: string, message: string, details: RecordedDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.device = device;
    if (details.code !== undefined) this.code = details.code;
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true });
    if (details.stack === undefined) return;
    // The stack of where this object was made says nothing: it is where the message came in.
    const stack = `${details.stack}\n    in the process of device "${device}"`;
    Object.defineProperty(this, "stack", { value: stack, configurable: true, writable: true });
  }
}

/** The cause of a failure that a process of this device told of. */
export function causeOf([, kind, record]: FailureRecord, device: string): Error {
  if (kind !== null && "message" in record) return new WebGpuError(kind, record.message);
  return isolatedError(record, device);
}

function isolatedError(record: ErrorRecord, device: string): IsolatedError {
  return errorFromRecord(record, (name, message, details) => new IsolatedError(device, name, message, details));
}
