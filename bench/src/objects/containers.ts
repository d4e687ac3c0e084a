/**
 * `objects/containers`: what keeps a job's dependencies, measured alone (decision Q1): the set is filled with one fence of
 * each timeline and walked once. Beside the four containers stands a job that is made with these dependencies and thrown
 * away: what jobs really do, and the job around it.
 *
 * As a proof, it shows that all of them keep the latest of each timeline.
 */
import { Ring } from "signalbox";
import type { Fence } from "signalbox";
import type { Proof } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import { account, collect } from "../harness/memory.ts";
import { median, ratio, rotated } from "../harness/statistics.ts";
import { ImmediateDriver } from "../lifecycle/steady-signalbox.ts";
import { bytes, time, times } from "../report/figures.ts";
import { table } from "../report/table.ts";
import { SIZES } from "./dependencies.ts";
import { ArraySet, HybridSet, ListSet, MapSet } from "./fence-sets.ts";
import type { FenceSet } from "./fence-sets.ts";
import { timelines } from "./pending.ts";

/** How much is measured: rounds, and the fences that are added in each over all of its sets. */
interface Extent {
  readonly rounds: number;
  readonly adds: number;
}

const THOROUGH: Extent = { rounds: 9, adds: 200_000 };
const QUICK: Extent = { rounds: 5, adds: 20_000 };
/** Large sets take long: fewer of them would do, but not less than this. */
const FEWEST_SETS = 20;

const makers: readonly { readonly name: string; readonly make: () => FenceSet }[] = [
  { name: "list", make: () => new ListSet() },
  { name: "array", make: () => new ArraySet() },
  { name: "Map", make: () => new MapSet() },
  { name: "hybrid", make: () => new HybridSet() },
];

/** What one container came to with sets of one size. */
interface Measured {
  readonly name: string;
  /** ns for a set, round by round. */
  readonly rounds: readonly number[];
  readonly bytesPerSet: number;
}

export const containers: Proof = {
  kind: "proof",
  name: "objects/containers",
  title: "sets of 1 to 1 000 fences, filled, walked once and dropped: ns a set, times the array's, and bytes a set",
  async run({ quick }) {
    const rows: { readonly size: number; readonly measured: readonly Measured[] }[] = [];
    for (const size of SIZES) rows.push({ size, measured: await measure(size, quick ? QUICK : THOROUGH) });
    const names = rows[0]!.measured.map(({ name }) => name);
    const largest = rows.at(-1)!;
    const hybrid = largest.measured.find(({ name }) => name === "hybrid")!;
    return {
      lines: [
        table([
          ["  timelines", ...names.flatMap((name) => [name, "x array", "bytes"])],
          ...rows.map(({ size, measured }) => [`  ${size}`, ...measured.flatMap((one) => cellsOf(one, measured))]),
        ]),
      ],
      figures: Object.fromEntries(
        rows.flatMap(({ size, measured }) =>
          measured.map(({ name, rounds }) => [`${name}-${size}-ns`, median(rounds)]),
        ),
      ),
      summary: `hybrid ${times(overArray(hybrid, largest.measured))} the array's time at ${largest.size}`,
      wrong: SIZES.flatMap((size) => makers.flatMap(({ name, make }) => faultOf(`${name} of ${size}`, make(), size))),
    };
  },
};

function cellsOf(one: Measured, all: readonly Measured[]): readonly string[] {
  return [time(median(one.rounds)), times(overArray(one, all)), bytes(one.bytesPerSet)];
}

function overArray(one: Measured, all: readonly Measured[]): number {
  return ratio(one.rounds, all.find(({ name }) => name === "array")!.rounds);
}

async function measure(size: number, { rounds, adds }: Extent): Promise<readonly Measured[]> {
  const handles = timelines(size).map((lane) => lane.fence());
  const fences = handles.map(({ fence }) => fence);
  const sets = Math.max(FEWEST_SETS, Math.round(adds / size));
  const queue = new Ring(new ImmediateDriver(freshBody({ lanes: 1, distance: 0 }))).queue("never submitted", {
    credits: 1,
  });
  const entries = [
    ...makers.map(({ name, make }) => {
      const fill = freshCopy(fillSets);
      return { name, work: () => fill(make, fences, sets), spent: noTimes() };
    }),
    {
      name: "a job",
      work: () => makeJobs((after) => queue.job({ index: 0, after }), fences, sets),
      spent: noTimes(),
    },
  ];
  for (const { work } of entries) work();
  for (let round = 0; round < rounds; round++) {
    collect();
    for (const { work, spent } of rotated(entries, round)) {
      const began = performance.now();
      work();
      spent.push(((performance.now() - began) * 1e6) / sets);
    }
  }
  const measured: Measured[] = [];
  for (const { name, work, spent } of entries) {
    const { bytes: all } = await account(work);
    measured.push({ name, rounds: spent, bytesPerSet: all / sets });
  }
  return measured;
}

function noTimes(): number[] {
  return [];
}

// Refers to nothing outside itself: it is copied by its text.
function fillSets(make: () => FenceSet, fences: readonly Fence[], sets: number): number {
  let sum = 0;
  for (let k = 0; k < sets; k++) {
    const set = make();
    for (const fence of fences) set.add(fence);
    sum += set.sum();
  }
  return sum;
}

function makeJobs(make: (after: readonly Fence[]) => object, fences: readonly Fence[], jobs: number): object {
  let last: object = fences;
  for (let k = 0; k < jobs; k++) last = make(fences);
  return last;
}

// Two fences of each timeline, the later one first or last by turns: the later ones must be what is kept.
function faultOf(name: string, set: FenceSet, size: number): readonly string[] {
  const pairs = timelines(size).map((lane) => [lane.fence(), lane.fence()] as const);
  for (const [k, [older, newer]] of pairs.entries()) {
    set.add((k % 2 === 0 ? older : newer).fence);
    set.add((k % 2 === 0 ? newer : older).fence);
  }
  const expected = pairs.reduce((sum, [, newer]) => sum + newer.fence.seqno, 0);
  return set.sum() === expected ? [] : [`${name} keeps another fence than the latest of each timeline`];
}
