/**
 * What the environment says to the validator in Node; threads and child processes inherit it.
 *
 * - `SIGNALBOX_LOCKDEP=1`: it is on, and each report is written to stderr.
 * - `SIGNALBOX_LOCKDEP=fail`: so that the process's exit code is 1, too, where it would be 0. Without a time limit for
 *   registrations: how busy a machine is must not fail a test.
 * - `SIGNALBOX_LOCKDEP_LOG=file`: each report is added to that file as well, whichever process or thread it comes from.
 *
 * Reports are told here at once, inside sections as they are: a thread that is about to block may never come to tell later. That
 * is a write to a file, which waits for nobody's fence.
 */
import { failProcessAtEnd } from "../../platform/process-failure.node.ts";
import { addToFile, writeError } from "../../platform/standard-error.node.ts";
import { enableLockdep, lockdepOf } from "./lockdep.ts";
import type { Report } from "./report.ts";

/** Turns the validator on if the environment asks for it. A value that says nothing is an error: RangeError. */
export function turnOnAsAsked(): void {
  const asked = process.env["SIGNALBOX_LOCKDEP"] ?? "";
  switch (asked) {
    case "":
    case "0":
      return;
    case "1":
      turnOn(100, () => {});
      return;
    case "fail":
      turnOn(Infinity, failProcessAtEnd());
      return;
    default:
      throw new RangeError(`SIGNALBOX_LOCKDEP is 1, fail or 0 (got "${asked}")`);
  }
}

function turnOn(registrationBudget: number, reported: () => void): void {
  const lockdep = lockdepOf() ?? enableLockdep({ registrationBudget });
  lockdep._hear((report) => {
    tell(report);
    reported();
  });
}

function tell(report: Report): void {
  const text = `${String(report)}\n`;
  writeError(text);
  // Looked up at each report: a program may choose another file for what follows.
  const log = process.env["SIGNALBOX_LOCKDEP_LOG"] ?? "";
  if (log !== "") addToFile(log, `${text}\n`);
}
