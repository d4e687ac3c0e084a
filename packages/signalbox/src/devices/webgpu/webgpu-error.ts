/**
 * What a GPU says when something fails, as an `Error` that can be the cause of a fence's failure.
 *
 * WebGPU reports errors as objects that are no `Error`s, through error scopes, and a loss as a record. Here each becomes
 * a {@link WebGpuError} with the device's own message, and an error number for the fence.
 */
import { errno } from "../../errors.ts";

/** The three filters of error scopes: what a device can report of one operation. */
export type ScopeFilter = "validation" | "out-of-memory" | "internal";

/** What a device reported: an operation that was invalid, had no memory or broke inside; or that the device is gone. */
export type WebGpuErrorKind = ScopeFilter | "lost";

/** The device's own word on what failed; the `cause` of the failures of WebGPU jobs. */
export class WebGpuError extends Error {
  override readonly name = "WebGpuError";
  /** What it is about. */
  readonly kind: WebGpuErrorKind;

  /** @internal */
  constructor(kind: WebGpuErrorKind, message: string) {
    super(message.trim());
    this.kind = kind;
  }
}

const numbers: Readonly<Record<WebGpuErrorKind, number>> = {
  validation: errno.EINVAL,
  "out-of-memory": errno.ENOMEM,
  internal: errno.EIO,
  lost: errno.EIO,
};

/** @internal The error number for what a device reported: EINVAL for a validation, ENOMEM for no memory, EIO else. */
export function errnoOf(kind: WebGpuErrorKind): number {
  return numbers[kind];
}

/** @internal */
export function lossError(name: string, info: GPUDeviceLostInfo): WebGpuError {
  const said = info.message === "" ? "" : `: ${info.message}`;
  return new WebGpuError("lost", `[Device "${name}"] was lost (${info.reason})${said}`);
}
