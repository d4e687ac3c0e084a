/**
 * Ctrl-C: the first one asks for a clean end, the second one gets an end at once.
 *
 * States: listening -> asked (the callback has run; the program drains) -> left, by `stop` or a second signal.
 * Invariant: whichever way, no temporary file of this process is left in the output folder.
 */
import { removeTemporaries } from "./files/atomic.ts";

/** What a program ends with after Ctrl-C: 128 and the number of SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

/** Listens to Ctrl-C. */
export interface Interrupt {
  /** Whether it has come. */
  readonly asked: boolean;
  /** Listens no more. */
  stop(): void;
}

/** Calls back at the first SIGINT or SIGTERM; a second one removes what is half-written in `output` and exits. */
export function onInterrupt(output: string, callback: () => void): Interrupt {
  let asked = false;
  const listener = (): void => {
    if (asked) {
      removeTemporaries(output);
      process.exit(INTERRUPTED_EXIT_CODE);
    }
    asked = true;
    callback();
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    get asked() {
      return asked;
    },
    stop: () => {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
