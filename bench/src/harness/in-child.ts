/**
 * The process of one case: runs it and sends its result to the process that started it.
 *
 * A job that is lost leaves a promise that never settles, and then nothing is left that could keep the process alive: the
 * event loop runs empty without a result. That is noticed here, and told with the name of the contestant.
 */
import { findCase } from "../cases.ts";
import type { Case } from "./contest.ts";
import type { CaseResult } from "./results.ts";
import { holdContest } from "./rounds.ts";
import type { Settings } from "./rounds.ts";

/** What the process of a case says. */
export type ChildMessage =
  | { readonly kind: "progress"; readonly contestant: string; readonly step: string }
  | { readonly kind: "result"; readonly result: CaseResult };

/** Runs the case and sends its result. Never rejects: what is thrown becomes a result too. */
export async function runInChild(name: string, settings: Settings): Promise<void> {
  let at = "nobody";
  const send = (message: ChildMessage): void => void process.send?.(message);
  const fail = (title: string, what: string): void =>
    send({ kind: "result", result: { kind: "failed", name, title, wrong: [what] } });

  const found = await findCase(name);
  const ranEmpty = (): void => {
    fail(found.title, `${at}: never came to an end, and nothing is left to wait for: a job was lost`);
    process.exitCode = 1;
  };
  process.once("beforeExit", ranEmpty);
  try {
    const result = await runCase(found, settings, (contestant, step) => {
      at = contestant;
      send({ kind: "progress", contestant, step });
    });
    send({ kind: "result", result });
  } catch (error) {
    fail(found.title, `${at}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  process.off("beforeExit", ranEmpty);
}

async function runCase(
  found: Case,
  settings: Settings,
  progress: (contestant: string, step: string) => void,
): Promise<CaseResult> {
  const { name, title } = found;
  if (found.kind === "proof") {
    progress("the proof", "running");
    const findings = await found.run(settings);
    if ("skipped" in findings) return { kind: "skipped", name, title, why: findings.skipped, wrong: [] };
    return { kind: "proof", name, title, ...findings };
  }
  progress("nobody", "preparing");
  const lineup = await found.prepare();
  if ("skipped" in lineup) return { kind: "skipped", name, title, why: lineup.skipped, wrong: [] };
  try {
    return await holdContest(found, lineup, settings, { progress });
  } finally {
    await lineup.close?.();
  }
}
