/**
 * Whether the heap grows: what it held after each round, and what that comes to.
 *
 * The bound: what a run adds to the heap is a line through its samples. A round of load leaves hundreds of jobs' worth of code and
 * feedback behind at first, and nothing later; a job that is kept costs some 500 bytes with its fence and its spec. So the first rounds
 * of each load, in which the program warms up, don't count, and of the others the mean of the last third may be above that of the first third
 * by no more than `SLACK`: less than a kept job in each of the hundreds of rounds of ten minutes would come to.
 */

/** How many rounds of each load are for warming up. */
export const WARM_UP = 2;
/** What the heap may have grown by, in bytes: what V8's own tables and an unlucky sample were seen to come to. */
export const SLACK: number = 2 * 2 ** 20;

/** How the heap went. */
export interface Growth {
  /** Mean of the first third of the samples, and of the last, in bytes. */
  readonly first: number;
  readonly last: number;
  readonly samples: number;
}

/** What these samples come to, in order of time; undefined if they are too few to say. */
export function growthOf(samples: readonly number[]): Growth | undefined {
  const third = Math.floor(samples.length / 3);
  if (third === 0) return undefined;
  return { first: mean(samples.slice(0, third)), last: mean(samples.slice(-third)), samples: samples.length };
}

/** Whether it grew by more than is allowed. */
export function grew({ first, last }: Growth): boolean {
  return last - first > SLACK;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
