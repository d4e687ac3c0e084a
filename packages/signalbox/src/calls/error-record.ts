/**
 * Error records: errors on their way from another thread or process, as plain data that every structured clone keeps whole.
 *
 * (A cloned Error loses its class's name, its code, and in some engines its cause.) The other side describes what was thrown;
 * this side makes an error of it, of the device's own class. Causes are followed 8 deep; what can't be cloned is told in words.
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

/** What a record says beside the error's name and message. */
export interface RecordedDetails {
  readonly stack?: string | undefined;
  readonly code?: string | number | undefined;
  readonly cause?: unknown;
}

/** Makes an error of a device's own class. */
export type ErrorMaker<E extends Error> = (name: string, message: string, details: RecordedDetails) => E;

/** Describes what was thrown. Never throws, whatever it is given. */
export function describeError(thrown: unknown, depth = 0): ErrorRecord {
  try {
    return isError(thrown) ? describe(thrown, depth) : { value: clonable(thrown) };
  } catch {
    return { value: "A thrown value that can't be looked at" };
  }
}

/** The error of a clone that failed, with what it was that can't be cloned said first: a DataCloneError. */
export function cloneError(what: string, error: unknown): DOMException {
  return new DOMException(`${what}: ${(error as Error).message}`, "DataCloneError");
}

/** Makes an error of a record, and of the records of its causes. */
export function errorFromRecord<E extends Error>(record: ErrorRecord, make: ErrorMaker<E>): E {
  if ("value" in record) {
    return make("Error", `The job threw a value that is no Error: ${inWords(record.value)}`, { cause: record.value });
  }
  const { name, message, stack, code } = record;
  return make(name, message, { stack, code, cause: causeFromRecord(record.cause, make) });
}

function causeFromRecord(record: ErrorRecord | undefined, make: ErrorMaker<Error>): unknown {
  if (record === undefined) return undefined;
  return "value" in record ? record.value : errorFromRecord(record, make);
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
