/**
 * Starts the process of a case, and waits for its result.
 *
 * States: running -> reported -> ended; running -> ended (crashed: the result says so); running -> overdue -> killed.
 */
import { fork } from "node:child_process";
import type { ChildMessage } from "./in-child.ts";
import type { CaseResult } from "./results.ts";
import type { Progress, Settings } from "./rounds.ts";

/** What the process of a case is started with, before its name and settings. */
export const CHILD_FLAG = "--in-child";

/** How long a case may take in all before it counts as hung, for each ms that a round should take. */
const PATIENCE = 1_000;
const LEAST_PATIENCE_MS = 60_000;

/** Runs one case in a process of its own. Never rejects: a crash is a result, too. */
export function startChild(main: string, name: string, settings: Settings, progress: Progress): Promise<CaseResult> {
  return new Promise((resolve) => {
    const child = fork(main, [CHILD_FLAG, name, JSON.stringify(settings)]);
    let result: CaseResult | undefined;
    let last = "starting";
    let overdue = false;
    const patience = Math.max(LEAST_PATIENCE_MS, settings.roundMs * PATIENCE);
    const timer = setTimeout(() => {
      overdue = true;
      child.kill("SIGKILL");
    }, patience);

    child.on("message", (message) => {
      const said = message as ChildMessage;
      if (said.kind === "result") {
        result = said.result;
        return;
      }
      last = `${said.contestant}, ${said.step}`;
      progress(said.contestant, said.step);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (result !== undefined && code === 0) resolve(result);
      else
        resolve(endedBadly(name, result, overdue ? `took more than ${patience / 1_000} s` : endOf(code, signal), last));
    });
  });
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  return `its process ended with ${signal ?? `exit code ${code ?? "unknown"}`}`;
}

// A result that was sent counts, but a process that does not end well afterwards is wrong all the same.
function endedBadly(name: string, result: CaseResult | undefined, end: string, last: string): CaseResult {
  if (result === undefined) return { kind: "failed", name, title: name, wrong: [`${end} (last: ${last})`] };
  return result.kind === "failed" ? result : { ...result, wrong: [...result.wrong, `${end} after the result`] };
}
