/**
 * What runs in the threads of the threads cases, whoever they belong to: next to nothing, with an answer that shows that it ran.
 */

/** Answers the number after a job's. */
export function next(index: number): number {
  return index + 1;
}

export default next;
