/**
 * Ctrl-C: the first one asks for a clean end, the second one gets an end at once.
 *
 * States: listening -> asked (the callback has run; the program drains) -> left, by `stop` or a second signal, which ends the
 * process as if nobody listened (a shell shows 130 for that too). Not by `process.exit`: that waits for threads, and one that
 * reads from a disk which doesn't answer would hold it up for ever.
 *
 * Invariant: after a clean end no temporary file of this process is left in the output folder. After an end at once there is
 * none either, unless a thread made it in that very instant; the next run removes it (files/atomic.ts).
 */
import { constants } from "node:os";
import { removeTemporaries } from "./files/atomic.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Listens to Ctrl-C. */
export interface Interrupt {
  /** What the program ends with on account of it, once it has come: 130 after Ctrl-C (128 and the signal's number). */
  readonly exitCode: number | undefined;
  /** Listens no more. */
  stop(): void;
}

/** Calls back at the first SIGINT or SIGTERM; a second one removes what is half-written in `output` and ends the process. */
export function onInterrupt(output: string, callback: () => void): Interrupt {
  let exitCode: number | undefined;
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
  const listener = (signal: NodeJS.Signals): void => {
    if (exitCode !== undefined) {
      stop();
      removeTemporaries(output);
      process.kill(process.pid, signal);
      return;
    }
    exitCode = 128 + constants.signals[signal];
    callback();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    get exitCode() {
      return exitCode;
    },
    stop,
  };
}
