/**
 * The statistics of rounds. Medians, since a round that was disturbed is far off on one side only; ratios round by round,
 * since what slows a whole round down slows everybody in it.
 */

/** The middle of the values, or the mean of the two in the middle. NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** How far the values are apart: the difference of the largest and the smallest, over the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** The smallest value that at least this share of the sorted values does not exceed. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[index] ?? NaN;
}

/** The median of `a[round] / b[round]`, over the rounds that both have. */
export function ratio(a: readonly number[], b: readonly number[]): number {
  const rounds = Math.min(a.length, b.length);
  return median(Array.from({ length: rounds }, (_, round) => a[round]! / b[round]!));
}

/** Who goes when: the order of round `round`, so that in as many rounds as there are items each goes first once. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const first = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
