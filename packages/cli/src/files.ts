/** Files that a subcommand reads and writes: what can't be done with one is an InputError that names it. */
import { readFile, writeFile } from "node:fs/promises";
import { SignalboxError } from "signalbox";
import { InputError } from "./command.ts";

/** What a file holds, as `understand` has it, which throws a SignalboxError for what makes no sense. */
export async function readInput<T>(file: string, understand: (bytes: Buffer) => T): Promise<T> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new InputError(`${file} can't be read (${codeOf(error)})`, { cause: error });
  }
  try {
    return understand(bytes);
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    throw new InputError(`${file}: ${error.message}`, { cause: error });
  }
}

export async function writeOutput(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw cantWrite(file, error);
  }
}

/** What is thrown where a file or a folder can't be written. */
export function cantWrite(file: string, error: unknown): InputError {
  return new InputError(`${file} can't be written (${codeOf(error)})`, { cause: error });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
