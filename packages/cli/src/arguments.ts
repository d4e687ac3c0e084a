/** The arguments of a subcommand: flags that take a value, and what stands among them. */
import { parseArgs } from "node:util";
import { UsageError } from "./command.ts";

/** The flags of a subcommand, by name. */
export type Flags = Readonly<Record<string, { readonly type: "string" }>>;

/** What was given. */
export interface Arguments<Known extends Flags> {
  readonly values: { readonly [Name in keyof Known]?: string };
  readonly positionals: readonly string[];
}

/** Throws UsageError for a flag that there isn't, and for one without its value. */
export function parseArguments<Known extends Flags>(
  command: string,
  args: readonly string[],
  flags: Known,
): Arguments<Known> {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    // What Node says of it: "Unknown option '--svgg'. To specify a positional argument ...": the first sentence is enough.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${command}: ${message.split(/\. |\.?\n/)[0] ?? message} (signalbox ${command} --help)`);
  }
}
