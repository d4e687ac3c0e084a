/**
 * Errors: the kernel's numbers, and the two classes a person sees.
 *
 * A fence carries a negative errno (F9) and a cause; nothing here is made on a hot path: a `FenceError` exists only
 * once somebody asks for it. A misuse of the API is a `SignalboxError`, thrown at the call that is wrong.
 */

/** The error numbers of the kernel that a fence may carry, as negative numbers. */
export const errno = {
  ENOENT: -2,
  ESRCH: -3,
  EIO: -5,
  EAGAIN: -11,
  ENOMEM: -12,
  EBUSY: -16,
  ENODEV: -19,
  EINVAL: -22,
  ENOSPC: -28,
  EDEADLK: -35,
  ENODATA: -61,
  ETIME: -62,
  ETIMEDOUT: -110,
  EALREADY: -114,
  ECANCELED: -125,
} as const;

/** The name of an error number: "ETIME", "ECANCELED", "EIO" and the others of {@link errno}. */
export type ErrorCode = keyof typeof errno;

const names = new Map<number, ErrorCode>(Object.entries(errno).map(([name, value]) => [value, name as ErrorCode]));

/**
 * The name of a negative error number, or `E<number>` for one that has no name here.
 *
 * @example `errorName(-125) === "ECANCELED"`
 */
export function errorName(value: number): ErrorCode | `E${number}` {
  return names.get(value) ?? `E${-value}`;
}

/**
 * A call that is wrong: wrong state, wrong thing, wrong order. Thrown synchronously by that call, which changed nothing.
 * A number that makes no sense, whatever the state, is a RangeError instead.
 *
 * @example `new SignalboxError("EINVAL", '[Queue "upload"] was destroyed and takes no job')`
 */
export class SignalboxError extends Error {
  override readonly name = "SignalboxError";
  /** The error's name, stable across versions; `EINVAL` for most misuse. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What a {@link FenceError} tells of the fence that it belongs to. */
export interface FenceErrorDetails {
  readonly errno: number;
  readonly timeline: string;
  readonly seqno: number;
  readonly job?: string | undefined;
  readonly queue?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A fence that signalled with an error, as a person or a `catch` sees it: what failed, where, and why.
 *
 * `code` names the errno; `cause` leads down to the device's own error. Made lazily, by `fence.failure()` or a wait.
 *
 * @example
 * ```ts
 * try { await fence.wait(); } catch (error) {
 *   if (error instanceof FenceError && error.code === "ECANCELED") console.log(error.job, error.cause);
 * }
 * ```
 */
export class FenceError extends Error {
  override readonly name = "FenceError";
  /** The error's name, such as "ETIME"; `E<number>` for a number that has no name. */
  readonly code: ErrorCode | `E${number}`;
  /** The negative error number that the fence carries. */
  readonly errno: number;
  /** The name of the fence's timeline. */
  readonly timeline: string;
  /** The fence's sequence number on its timeline. */
  readonly seqno: number;
  /** The label of the job whose done fence this is, if it is a job's. */
  readonly job: string | undefined;
  /** The name of that job's queue. */
  readonly queue: string | undefined;

  constructor(message: string, details: FenceErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = errorName(details.errno);
    this.errno = details.errno;
    this.timeline = details.timeline;
    this.seqno = details.seqno;
    this.job = details.job;
    this.queue = details.queue;
  }
}

/** Fails the call with a RangeError unless the number may be how long something waits, in ms: from 0, Infinity for ever. */
export function checkTimeout(value: number | undefined): void {
  if (value !== undefined && !(value >= 0)) throw new RangeError(`A timeout is 0 ms or more (got ${value})`);
}

/**
 * What a call takes as an error: any `number`, which is checked when the program runs, but no literal that is 0 or positive.
 *
 * F11: a positive error would be read as success. `fence.fail(5)` doesn't compile, and the compiler says that -5 was meant.
 */
export type NegativeErrno<Value extends number> = Value extends unknown
  ? number extends Value
    ? number
    : `${Value}` extends `-${string}`
      ? Value
      : Negated<Value>
  : never;

/** The negative of a positive literal; nothing for 0. */
type Negated<Value extends number> = Value extends 0
  ? never
  : `-${Value}` extends `${infer Negative extends number}`
    ? Negative
    : never;

/**
 * Fails the call with a RangeError unless the number may be stored on a fence as an error.
 *
 * F9, F11: only [-4095, -1]; a positive number would be read as success.
 */
export function checkErrno(value: number): void {
  if (!Number.isInteger(value) || value < -4095 || value > -1) {
    throw new RangeError(`A fence's error is an integer from -4095 to -1 (got ${value})`);
  }
}
