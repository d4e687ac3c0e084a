/**
 * Error records: errors on their way from a thread, as plain data that every structured clone keeps whole.
 *
 * (A cloned Error loses its class's name, its code, and in some engines its cause.) The thread describes what was thrown;
 * the other side makes a {@link WorkerError} of it. Causes are followed 8 deep; what can't be cloned is told in words.
 */

/** How deep the causes of an error are followed. */
const MAX_DEPTH = 8;

/** An error as plain data, or a thrown value that is no error. */
export type ErrorRecord =
  | {
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly code: string | number | undefined;
      readonly cause: ErrorRecord | undefined;
    }
  | { readonly value: unknown };

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

/** Describes what was thrown. Never throws, whatever it is given. */
export function describeError(thrown: unknown, depth = 0): ErrorRecord {
  try {
    return isError(thrown) ? describe(thrown, depth) : { value: clonable(thrown) };
  } catch {
    return { value: "A thrown value that can't be looked at" };
  }
}

/** The error of a clone that failed, with what it was that can't be cloned said first; it stays a DataCloneError. */
export function cloneError(what: string, error: unknown): DOMException {
  const { name, message } = error as Error;
  return new DOMException(`${what}: ${message}`, name);
}

/** Makes an error of a record that came from this lane's thread. */
export function errorFromRecord(record: ErrorRecord, lane: string): WorkerError {
  if ("value" in record) {
    return new WorkerError(lane, "Error", `The job threw a value that is no Error: ${inWords(record.value)}`, {
      cause: record.value,
    });
  }
  const { name, message, stack, code } = record;
  return new WorkerError(lane, name, message, { stack, code, cause: causeFromRecord(record.cause, lane) });
}

function causeFromRecord(record: ErrorRecord | undefined, lane: string): unknown {
  if (record === undefined) return undefined;
  return "value" in record ? record.value : errorFromRecord(record, lane);
}

function describe(error: Error, depth: number): ErrorRecord {
  const { name, message, stack, code, cause } = error as unknown as Record<string, unknown>;
  return {
    name: String(name),
    message: String(message),
    stack: typeof stack === "string" ? stack : undefined,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    cause: cause === undefined || depth === MAX_DEPTH ? undefined : describeError(cause, depth + 1),
  };
}

// By shape: errors of another realm (`vm`, jsdom) and DOMException in old engines are no `instanceof Error`.
function isError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error ||
    (typeof thrown === "object" && thrown !== null && "message" in thrown && "stack" in thrown)
  );
}

function clonable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return inWords(value);
  }
}

function inWords(value: unknown): string {
  try {
    return typeof value === "string" ? `"${value}"` : String(value);
  } catch {
    return `a value of type ${typeof value}`;
  }
}
