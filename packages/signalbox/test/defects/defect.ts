/**
 * A planted defect: a small program that has it, and where it comes from. Which line of defence stops it is found out, not
 * said: see lines.ts.
 */

/** The lines of defence, the first first: the compiler, the linter, the call itself, the validator, the exploration of schedules; or nothing. */
export type Line = "tsc" | "lint" | "core" | "validator" | "explorer" | "none";

export interface Defect {
  /** Unique in the table; the kernel's or the design's id where it has one. */
  readonly id: string;
  /** What is wrong with the program, in a few words. */
  readonly what: string;
  /** Where such a thing was seen. */
  readonly from: string;
  /**
   * The body of an async function, with `device` (a simulated one), `queue` and `other` on it, `timeline`, `turn()` (one turn of
   * the event loop), `collect()` (the garbage collector), and everything that the package exports.
   */
  readonly program: string;
  /**
   * Of a program that does no harm here: what keeps it from doing any, in words. The program throws an `Error` if it does, and
   * returns what it saw instead: that is what the table shows.
   */
  readonly harmless?: string;
  /** Of a program that nothing stops: why, in words, and what does. It throws an `Error` that tells its harm, or hangs. */
  readonly passes?: string;
  /** Whether the program is the body of a scenario's `build(world)`, which goes well in most orders. */
  readonly scenario?: boolean;
}

/** A defect that only some orders show: its program is the body of a scenario's `build(world)`. */
export function defectOfOrder(id: string, what: string, from: string, program: string): Defect {
  return { ...defect(id, what, from, program), scenario: true };
}

/** A defect; the program's common indentation is left out. */
export function defect(
  id: string,
  what: string,
  from: string,
  program: string,
  words: Pick<Defect, "harmless" | "passes"> = {},
): Defect {
  const lines = program.replace(/^\n/, "").trimEnd().split("\n");
  const margin = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  const text = lines.map((line) => line.slice(margin)).join("\n");
  return { id, what, from, program: text, ...words };
}
