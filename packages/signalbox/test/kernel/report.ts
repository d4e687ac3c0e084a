/**
 * What a replay prints: a line per file, its first mismatches in full, and the sum of all at the end.
 */
import type { Answer, Recording, Step } from "./format.ts";
import { verdictsText, wrongText } from "./lockdep/lockdep-outcome.ts";
import type { LockdepOutcome } from "./lockdep/lockdep-outcome.ts";
import type { Mismatch } from "./replay.ts";

/** What was counted, of one file or of all. */
export interface Counts {
  readonly sequences: number;
  readonly steps: number;
  readonly mismatches: number;
  readonly deviating: number;
}

/** What came of one file. */
export interface FileOutcome {
  /** The verdicts of lockdep included: a line is a sequence, its operations are steps, a wrong verdict is a mismatch. */
  readonly counts: Counts;
  readonly mismatches: readonly Mismatch[];
  readonly verdicts: LockdepOutcome;
}

/** How many mismatches of a file are told in full. */
const IN_FULL = 3;

/** The last line of the output. */
export function sumLine({ sequences, steps, mismatches, deviating }: Counts): string {
  return `${sequences} sequences, ${steps} steps, ${mismatches} mismatches, ${deviating} documented deviations`;
}

/** What there is to say of one file. */
export function fileText(recording: Recording, { counts, mismatches, verdicts }: FileOutcome): string {
  const lines: string[] = [];
  if (recording.sequences.length > 0 || verdicts.lines === 0) lines.push(`${recording.file}: ${sumLine(counts)}`);
  if (verdicts.lines > 0) lines.push(verdictsText(recording.file, verdicts));
  const told = [...causesOf(mismatches).map(mismatchText), ...verdicts.wrong.map(wrongText)];
  lines.push(...told.slice(0, IN_FULL));
  if (told.length > IN_FULL) lines.push(`  and ${told.length - IN_FULL} more`);
  return lines.join("\n");
}

function causesOf(mismatches: readonly Mismatch[]): readonly Mismatch[] {
  const seen = new Set<string>();
  return mismatches.filter(({ tellOnce }) => {
    if (tellOnce === undefined) return true;
    if (seen.has(tellOnce)) return false;
    seen.add(tellOnce);
    return true;
  });
}

function mismatchText({ sequence, index, step, ours, problem }: Mismatch): string {
  const lines = [
    `  ${sequence.at} (${sequence.id}), step ${index}: ${problem}`,
    `    step    ${stepText(step)}`,
    `    kernel  ${answerText(step.answer)}`,
  ];
  if (step.alt !== undefined) lines.push(`    or      ${answerText(step.alt)}`);
  if (ours !== undefined) lines.push(`    ours    ${answerText(ours)}`);
  return lines.join("\n");
}

function stepText({ op, args, as }: Step): string {
  return `${op} ${JSON.stringify(args)}${as === undefined ? "" : ` as ${as}`}`;
}

// Ours may hold what JSON does not: a bigint that should have been a string is just what one wants to see.
function answerText(answer: Answer): string {
  return JSON.stringify(answer, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}
