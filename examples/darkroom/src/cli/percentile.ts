/**
 * Percentiles by nearest rank: the result is always a value that was measured, never one between two.
 *
 * Invariants
 *  Q1  Of no samples it is undefined; of one, that one.
 *  Q2  At least p percent of the samples are at most the result.
 */

/** The p-th percentile, 0 < p <= 100. The samples may be in any order and are left as they are. */
export function percentile(samples: readonly number[], p: number): number | undefined {
  if (!(p > 0 && p <= 100)) throw new RangeError(`A percentile is above 0 and at most 100, not ${p}.`);
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.ceil((p / 100) * sorted.length) - 1];
}
