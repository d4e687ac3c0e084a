/**
 * What the replay of a file of verdicts came to: how many we share, how many go beyond the kernel's and why, and which we got
 * wrong.
 */
import type { LockdepLine } from "./lockdep-format.ts";
import { judgeLockdep, moreClasses, replayLockdep } from "./lockdep-replay.ts";
import type { LockdepAnswer, LockdepVerdict, MoreClass } from "./lockdep-replay.ts";

/** A verdict of ours that is wrong: a miss, a complaint that the kernel doesn't have, or one at another place. */
export interface WrongVerdict {
  readonly line: LockdepLine;
  readonly verdict: Exclude<LockdepVerdict, "agree" | "more" | "not expressible"> | "no answer";
  /** What was thrown where there is no answer. */
  readonly answer: LockdepAnswer | Error;
}

/** What was counted. */
export interface LockdepOutcome {
  readonly lines: number;
  /** Operations, in all tasks. */
  readonly steps: number;
  readonly agree: number;
  /** Lines on which we share the kernel's verdict and say more, by what we say: a line of two classes is in both. */
  readonly more: ReadonlyMap<MoreClass, number>;
  readonly moreLines: number;
  /** By what can't be said. */
  readonly inexpressible: ReadonlyMap<string, number>;
  readonly wrong: readonly WrongVerdict[];
}

/** Replays all lines, each in a validator of its own. */
export function replayVerdicts(lines: readonly LockdepLine[]): LockdepOutcome {
  const more = new Map<MoreClass, number>();
  const inexpressible = new Map<string, number>();
  const wrong: WrongVerdict[] = [];
  let [agree, moreLines] = [0, 0];
  for (const line of lines) {
    const answer = answerTo(line);
    if (answer instanceof Error) {
      wrong.push({ line, verdict: "no answer", answer });
      continue;
    }
    const verdict = judgeLockdep(line, answer);
    switch (verdict) {
      case "agree":
        agree++;
        break;
      case "more":
        moreLines++;
        for (const each of new Set(answer.more.map((found) => found.class))) count(more, each);
        break;
      case "not expressible":
        count(inexpressible, answer.inexpressible ?? "");
        break;
      default:
        wrong.push({ line, verdict, answer });
    }
  }
  const steps = lines.reduce((sum, { tasks }) => sum + tasks.reduce((of, { ops }) => of + ops.length, 0), 0);
  return { lines: lines.length, steps, agree, more, moreLines, inexpressible, wrong };
}

/** What there is to say of one file: the counts, and the reason of each class. */
export function verdictsText(file: string, outcome: LockdepOutcome): string {
  const { lines, agree, moreLines, more, inexpressible, wrong } = outcome;
  const notSaid = [...inexpressible.values()].reduce((sum, each) => sum + each, 0);
  const counts = `${agree} agree, ${moreLines} say more, ${notSaid} not expressible, ${wrong.length} mismatches`;
  return [
    `${file}: ${lines} verdicts of lockdep: ${counts}`,
    ...[...more].sort().map(([each, times]) => `  more: ${each}, ${times} times: ${moreClasses[each]}`),
    ...[...inexpressible].map(([why, times]) => `  not expressible: ${why}, ${times} times`),
  ].join("\n");
}

/** A wrong verdict in full. */
export function wrongText({ line, verdict, answer }: WrongVerdict): string {
  const { at, id, tasks, complaint } = line;
  return [
    `  ${at} (${id}): ${sentences[verdict]}`,
    ...tasks.map(({ context, ops }, task) => `    task ${task}  ${context}: ${ops.join("; ")}`),
    `    kernel  ${complaint === null ? "no complaint" : `task ${complaint.task}, op ${complaint.op ?? "?"}: ${complaint.kind}`}`,
    `    ours    ${oursText(answer)}`,
  ].join("\n");
}

const sentences: Readonly<Record<WrongVerdict["verdict"], string>> = {
  missed: "the kernel complains, and we don't",
  false: "we complain, and the kernel doesn't",
  elsewhere: "we complain at another place",
  "no answer": "the replay threw",
};

function answerTo(line: LockdepLine): LockdepAnswer | Error {
  try {
    return replayLockdep(line);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function oursText(answer: LockdepAnswer | Error): string {
  if (answer instanceof Error) return answer.message;
  const { complaint } = answer;
  if (complaint === null) return "no complaint";
  return `task ${complaint.task}, op ${complaint.op}: ${complaint.report.rule}, ${complaint.report.message}`;
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
