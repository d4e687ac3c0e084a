/**
 * Stories: a run in numbered sentences, who did what and what came of it.
 *
 * Told while the run goes on, each sentence before its step is taken, so that a run which never comes back is told as far as it went.
 */
import type { Violation } from "../judge/verdict.ts";
import type { Listener } from "./execution.ts";

export class Story implements Listener {
  readonly #print: (line: string) => void;
  #steps = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  step(lane: string, what: string): void {
    this.#steps++;
    this.#print(`${String(this.#steps).padStart(3)}. ${lane} ${what}`);
  }

  way(what: string, way: number, count: number): void {
    if (way > 0) this.#print(`     (${what}: ${way} of 0 to ${count - 1})`);
  }

  tell(sentence: string): void {
    this.#print(`       ${sentence}`);
  }
}

/** A violation in one line. */
export function printViolation({ promise, sentence }: Violation): string {
  return promise === 0 ? sentence : `Promise ${promise}: ${sentence}`;
}
