/** What a judge finds: promises that were broken. */

/** One promise that was broken. */
export interface Violation {
  /** Its number in the design, 1 to 12; 0 for what no promise says: something was thrown, or the scenario's own check failed. */
  readonly promise: number;
  /** What was seen, in one sentence. */
  readonly sentence: string;
}

/** Takes down what is broken, and what happens. */
export interface Notes {
  /** A promise is broken. */
  broken(promise: number, sentence: string): void;
  /** Something happened that a story may tell; null while no story is told. */
  readonly tell: ((sentence: string) => void) | null;
}
