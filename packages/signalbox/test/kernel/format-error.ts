/** A line that is not in its format; the message begins with `file:line`. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}
