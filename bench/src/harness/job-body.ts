/**
 * What the jobs of every contestant do: next to nothing, and leave a trace in a ledger that shows what was lost, done twice,
 * reordered or started too early.
 *
 * Job number `index` belongs to lane `index % lanes`; jobs of a lane should start in order. With a `distance`, job `index`
 * depends on job `index - distance`, which must have finished before it starts; with several, on each of those.
 */
import { freshCopy } from "./fresh.ts";

/** What the ledger says after a round. */
export interface Tally {
  readonly started: number;
  readonly finished: number;
  /** The sum of the numbers of all jobs that finished: shows that it was each one, once. */
  readonly sum: number;
  /** Jobs that did not start directly after the one before them on their lane. */
  readonly reordered: number;
  /** Jobs that started before one that they depend on had finished. */
  readonly early: number;
}

export interface JobBody {
  /** A job starts on its device. */
  start(index: number): void;
  /** Its device is done with it. */
  finish(index: number): void;
  /** Both at once: a job that is done when its function returns. */
  run(index: number): void;
  /** Clears the ledger for the next round. */
  reset(): void;
  tally(): Tally;
}

/** How the jobs of a contest hang together. */
export interface BodyShape {
  /** A power of two. */
  readonly lanes: number;
  /** How far back the job is that a job depends on, or how far each of several; 0 for none. Less than 4096. */
  readonly distance: number | readonly number[];
}

/** A body that no other contestant calls. */
export function freshBody({ lanes, distance }: BodyShape): JobBody {
  const distances = typeof distance === "number" ? [distance] : distance;
  return freshCopy(makeBody)(
    lanes,
    distances.filter((one) => one > 0),
  );
}

// Refers to nothing outside itself: it is copied by its text.
function makeBody(lanes: number, distances: readonly number[]): JobBody {
  const most = distances.length;
  const mask = lanes - 1;
  const next = new Int32Array(lanes);
  const lately = new Int32Array(4096);
  let started = 0;
  let finished = 0;
  let sum = 0;
  let reordered = 0;
  let early = 0;
  const body: JobBody = {
    start(index) {
      started++;
      const lane = index & mask;
      if (next[lane] !== index) reordered++;
      next[lane] = index + lanes;
      for (let k = 0; k < most; k++) {
        const cause = index - distances[k]!;
        if (cause < 0 || lately[cause & 4095] === cause) continue;
        early++;
        break;
      }
    },
    finish(index) {
      finished++;
      sum += index;
      if (most > 0) lately[index & 4095] = index;
    },
    run(index) {
      body.start(index);
      body.finish(index);
    },
    reset() {
      started = finished = sum = reordered = early = 0;
      for (let lane = 0; lane < lanes; lane++) next[lane] = lane;
      lately.fill(-1);
    },
    tally: () => ({ started, finished, sum, reordered, early }),
  };
  body.reset();
  return body;
}

/** What is wrong with a round of so many jobs, `seen` of which the contestant was told are done; empty if nothing is. */
export function faultsOf(tally: Tally, jobs: number, seen: number, order: "kept" | "free"): string[] {
  const faults: string[] = [];
  const expect = (what: string, count: number): void => {
    if (count !== jobs) faults.push(`${count} of ${jobs} jobs ${what}`);
  };
  expect("started", tally.started);
  expect("finished", tally.finished);
  expect("were reported as done", seen);
  if (faults.length === 0 && tally.sum !== (jobs * (jobs - 1)) / 2) faults.push("some jobs ran twice and others never");
  if (tally.reordered > 0 && order === "kept") faults.push(`${tally.reordered} of ${jobs} jobs started out of order`);
  if (tally.early > 0) faults.push(`${tally.early} of ${jobs} jobs started before what they depend on was done`);
  return faults;
}
