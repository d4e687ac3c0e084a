/**
 * DarkroomError: the one error class of the darkroom, for everything a person can put right.
 *
 * Invariants
 *  E1  The message is one sentence in the present tense that names the file, folder, picture or flag and the cause.
 *  E2  It survives a thread boundary: the message alone says everything, `code` and `cause` only add to it.
 *  E3  A mistake in the program itself (a wrong size handed to a kernel) is a plain RangeError instead.
 */

/** What went wrong, for programs; the message is for people. */
export type DarkroomErrorCode =
  | "input-folder" // the folder with the photos is missing, is no folder, or holds no photo
  | "input-file" // one photo cannot be read or is not a picture
  | "output-folder" // the folder for the results cannot be made or written to
  | "output-file" // one result cannot be written
  | "too-wide" // a single row with its halo does not fit the device
  | "device-memory"; // the device has less memory than the credits allow

/** An error that a person can put right. */
export class DarkroomError extends Error {
  override readonly name = "DarkroomError";
  readonly code: DarkroomErrorCode;

  constructor(code: DarkroomErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The words behind a caught value, without its stack. */
export function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The system's name for a failed call ("ENOENT"), where the caught value has one. */
export function systemCode(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}
