/**
 * How an operation fails: with the name of an errno, and with what it wrote all the same.
 */
import type { Answer } from "../format.ts";
import { SignalboxError } from "../../../src/errors.ts";

/** Thrown by an operation, and answered as `ret: -1`. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly errno: string;
  readonly out: Readonly<Record<string, unknown>>;

  constructor(errno: string, out: Readonly<Record<string, unknown>> = {}) {
    super(errno);
    this.errno = errno;
    this.out = out;
  }
}

/** The answer to what an operation threw: the library's own errors by their code. Rethrows what is neither: a defect. */
export function answerTo(error: unknown): Answer {
  const { errno, out } = failureOf(error);
  return { ret: -1, errno, out };
}

/** The same failure, with this written as well. */
export function withOut(error: unknown, out: Readonly<Record<string, unknown>>): Failure {
  const failure = failureOf(error);
  return new Failure(failure.errno, { ...out, ...failure.out });
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof SignalboxError) return new Failure(error.code);
  throw error;
}
