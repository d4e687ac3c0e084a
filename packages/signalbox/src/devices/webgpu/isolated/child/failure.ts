/**
 * Why a job or a thing failed, on its way to the parent.
 */
import { describeError } from "../../../../calls/error-record.ts";
import { FenceError, errno } from "../../../../errors.ts";
import { WebGpuError } from "../../webgpu-error.ts";
import type { FailureRecord } from "../protocol.ts";

/** Of a fence that failed: its error and the device's own cause. Of anything else: EIO, and what was thrown. */
export function failureRecord(failure: unknown): FailureRecord {
  const error = failure instanceof FenceError ? failure.errno : errno.EIO;
  const cause = failure instanceof FenceError ? failure.cause : failure;
  return [error, cause instanceof WebGpuError ? cause.kind : null, describeError(cause)];
}
