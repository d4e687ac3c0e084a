/**
 * The graph of the dag cases: each job depends on three earlier ones, by chance but always the same.
 *
 * In compressed rows: the causes of job `index` are `causes[rows[index]]` up to, and without, `causes[rows[index + 1]]`. Since a
 * job depends on earlier ones only, the first `n` jobs are a graph, too.
 */
export interface Graph {
  readonly jobs: number;
  readonly rows: Int32Array;
  readonly causes: Int32Array;
}

/** Dependencies of each job; the first ones have fewer. */
export const CAUSES = 3;
/** How far back a cause may be: as many jobs as are outstanding in the lifecycle cases. */
const REACH = 1_000;
const SEED = 0x5163a1b0;

/** The graph of so many jobs. The same each time. */
export function makeGraph(jobs: number): Graph {
  const rows = new Int32Array(jobs + 1);
  const causes = new Int32Array(jobs * CAUSES);
  const below = chance(SEED);
  let edges = 0;
  for (let index = 0; index < jobs; index++) {
    const first = edges;
    const reach = Math.min(index, REACH);
    while (edges - first < Math.min(index, CAUSES)) {
      const cause = index - 1 - below(reach);
      if (!causes.subarray(first, edges).includes(cause)) causes[edges++] = cause;
    }
    rows[index + 1] = edges;
  }
  return { jobs, rows, causes: causes.subarray(0, edges) };
}

/** Numbers below a bound, by xorshift. */
function chance(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
