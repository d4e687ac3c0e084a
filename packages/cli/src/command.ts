/** What a subcommand is, and how it fails. */

/** One subcommand of `signalbox`. */
export interface Command {
  readonly name: string;
  /** What it does, in one line for the list of commands. */
  readonly summary: string;
  /** What `signalbox <name> --help` prints. */
  readonly help: string;
  /** Runs with the arguments after its name; answers the exit code. Throws `UsageError` or `InputError` for what is the caller's fault. */
  run(args: readonly string[], print: (line: string) => void): Promise<number>;
}

/** The command line is wrong: exit code 2. The message is one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file that can't be read, written or understood: exit code 1. The message is one sentence. */
export class InputError extends Error {
  override readonly name = "InputError";
}
