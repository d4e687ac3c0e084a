/**
 * Replays a sequence: each step through the machine that knows its operation, each answer beside the kernel's.
 *
 * A machine is an adapter from the recorded operations to our public API. It belongs to one sequence: none of its objects
 * is seen by the next. A step that throws, or whose answer never comes, is a mismatch like any other; after an answer that
 * never came nothing that follows would mean anything, so that the rest of the sequence counts as mismatches too.
 */
import { differenceOf } from "./compare.ts";
import type { Deviation } from "./deviations.ts";
import type { Answer, Args, Sequence, Step } from "./format.ts";

/** Speaks some of the recorded operations. */
export interface Machine {
  handles(op: string): boolean;
  step(op: string, args: Args, as?: string): Answer | Promise<Answer>;
}

/** How to replay. */
export interface ReplayOptions {
  /** The machines of a sequence that is about to begin. */
  machines(sequence: Sequence): readonly Machine[];
  readonly deviations: readonly Deviation[];
  /** How long an answer may take, in ms of real time. */
  readonly patience: number;
}

/** A step that ours did not answer as the kernel did. */
export interface Mismatch {
  readonly sequence: Sequence;
  /** Which step of it, from 0. */
  readonly index: number;
  readonly step: Step;
  readonly ours: Answer | undefined;
  /** Where the answers part, or why there is none. */
  readonly problem: string;
  /** Mismatches with the same key have one cause, told once. */
  readonly tellOnce?: string;
}

/** What a sequence came to. */
export interface Outcome {
  readonly mismatches: readonly Mismatch[];
  /** How many steps differ as the table of deviations says. */
  readonly deviating: number;
}

/** Replays one sequence. What a step throws is a mismatch. */
export async function replay(sequence: Sequence, options: ReplayOptions): Promise<Outcome> {
  const mismatches: Mismatch[] = [];
  let deviating = 0;
  const machines = options.machines(sequence);
  for (const [index, step] of sequence.steps.entries()) {
    const mismatch = (problem: string, ours?: Answer, tellOnce?: string): void => {
      mismatches.push({ sequence, index, step, ours, problem, ...(tellOnce === undefined ? {} : { tellOnce }) });
    };
    const machine = machines.find((candidate) => candidate.handles(step.op));
    if (machine === undefined) {
      mismatch(`no machine knows the operation "${step.op}"`, undefined, `op ${step.op}`);
      continue;
    }
    try {
      const ours = await within(options.patience, machine.step(step.op, step.args, step.as));
      if (ours === undefined) {
        mismatch(`no answer in ${options.patience} ms, so that the rest of the sequence was not replayed`);
        mismatches.push(...notReplayed(sequence, index + 1));
        break;
      }
      const problem = judge(step, ours);
      if (problem === undefined) continue;
      if (options.deviations.some((row) => row.ops.includes(step.op) && row.covers(step, ours))) deviating++;
      else mismatch(problem, ours);
    } catch (error) {
      mismatch(`it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return { mismatches, deviating };
}

function notReplayed(sequence: Sequence, from: number): readonly Mismatch[] {
  return sequence.steps.slice(from).map((step, k) => {
    return {
      sequence,
      index: from + k,
      step,
      ours: undefined,
      problem: "not replayed",
      tellOnce: `${sequence.at}: rest`,
    };
  });
}

// Either of the kernel's answers is right; what is told is the difference from the first.
function judge(step: Step, ours: Answer): string | undefined {
  const path = differenceOf(step.answer, ours);
  if (path === undefined || (step.alt !== undefined && differenceOf(step.alt, ours) === undefined)) return undefined;
  return `they part at ${path}`;
}

// Undefined when it took too long. Most answers are there at once, and wait for nothing.
async function within(patience: number, answer: Answer | Promise<Answer>): Promise<Answer | undefined> {
  if (!(answer instanceof Promise)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
