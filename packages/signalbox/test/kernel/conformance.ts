/**
 * The command: reads all the files that it is given, replays them, prints what came of it, and answers the exit code.
 *
 * 0: every answer was the kernel's, or differs as the table of deviations says. 1: a mismatch. 2: there was nothing to
 * replay, or a file that can't be read or is not in the format; then nothing was replayed at all.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseRecording } from "./format.ts";
import { FormatError } from "./format-error.ts";
import { replayVerdicts } from "./lockdep/lockdep-outcome.ts";
import type { Recording } from "./format.ts";
import { replay } from "./replay.ts";
import type { Mismatch, ReplayOptions } from "./replay.ts";
import { fileText, sumLine } from "./report.ts";
import type { Counts, FileOutcome } from "./report.ts";

/** Where the command prints, a line or several at a time. */
export interface Output {
  print(text: string): void;
  complain(text: string): void;
}

const usage = `npm run conformance -- FILES-OR-FOLDERS...

  Replays recorded answers of a Linux kernel, and compares each with ours. Of a folder all *.jsonl files are read; without
  arguments, the samples of packages/signalbox/test/kernel/samples. See docs/conformance.md.`;

/** Runs the command. */
export async function conformance(args: readonly string[], options: ReplayOptions, output: Output): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    output.print(usage);
    return 0;
  }
  let recordings: readonly Recording[];
  try {
    recordings = filesOf(args).map((file) => parseRecording(file, readFileSync(file, "utf8")));
  } catch (error) {
    output.complain(complaintOf(error));
    return 2;
  }
  const total = { sequences: 0, steps: 0, mismatches: 0, deviating: 0 };
  for (const recording of recordings) {
    const outcome = await replayFile(recording, options);
    const { counts } = outcome;
    output.print(fileText(recording, outcome));
    total.sequences += counts.sequences;
    total.steps += counts.steps;
    total.mismatches += counts.mismatches;
    total.deviating += counts.deviating;
  }
  output.print(sumLine(total));
  return total.mismatches > 0 ? 1 : 0;
}

/** Replays the sequences of a file, one after the other, and the verdicts of lockdep in it. */
export async function replayFile(
  { sequences, verdicts: lines }: Recording,
  options: ReplayOptions,
): Promise<FileOutcome> {
  const mismatches: Mismatch[] = [];
  let steps = 0;
  let deviating = 0;
  for (const sequence of sequences) {
    const outcome = await replay(sequence, options);
    steps += sequence.steps.length;
    mismatches.push(...outcome.mismatches);
    deviating += outcome.deviating;
  }
  const verdicts = replayVerdicts(lines);
  const counts: Counts = {
    sequences: sequences.length + verdicts.lines,
    steps: steps + verdicts.steps,
    mismatches: mismatches.length + verdicts.wrong.length,
    deviating,
  };
  return { counts, mismatches, verdicts };
}

/** A command line that asks for nothing that could be done. */
class UsageError extends Error {}

// Each file once, in the order of the arguments; those of a folder by name.
function filesOf(args: readonly string[]): readonly string[] {
  if (args.length === 0) throw new UsageError("No files to replay");
  const files = args.flatMap((path) => {
    if (path.startsWith("-")) throw new UsageError(`There is no option ${path}`);
    if (!statSync(path).isDirectory()) return [path];
    const found = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
    if (found.length === 0) throw new UsageError(`There are no .jsonl files in ${path}`);
    return found.sort().map((name) => join(path, name));
  });
  return [...new Set(files)];
}

function complaintOf(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  if (error instanceof UsageError) return `${error.message}\n\n${usage}`;
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return `There is no file or folder ${path ?? ""}`;
  return `That can't be read: ${message}`;
}
