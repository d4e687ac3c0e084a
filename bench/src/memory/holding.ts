/**
 * Weighs what somebody else than we takes for a job that is in flight: so many begun at once, and held by a device that is done with all
 * of them later. The device's own list is made before; nobody keeps what the submission answers. Each round is of a fresh queue: some
 * keep what a job takes for the next one.
 */
import { collect, heapUsed } from "../harness/memory.ts";
import { median } from "../harness/statistics.ts";

/** Somebody who has jobs in flight. */
export interface Holding {
  readonly name: string;
  /** Begins job `index`, which tells the device of itself (`held`) when it is in flight. */
  begin(index: number): void;
  /** The device is done with what it was handed: job by job, in order. */
  end(handle: unknown): void;
}

/** How a device is handed a job. */
export type Held = (handle: unknown) => void;

export interface HoldingOptions {
  readonly jobs: number;
  readonly rounds: number;
  readonly warmUps: number;
}

/** Bytes of a job in flight, the median of the rounds. Rejects if jobs were lost. */
export async function bytesInFlight(
  open: (held: Held) => Holding,
  { jobs, rounds, warmUps }: HoldingOptions,
): Promise<number> {
  const handles = new Array<unknown>(jobs);
  const taken: number[] = [];
  for (let round = 0; round < warmUps + rounds; round++) {
    const bytes = await weighRound(open, handles);
    if (round >= warmUps) taken.push(bytes / jobs);
  }
  return median(taken);
}

// A function of its own: what stands on the stack of one that waits is kept, the queue of the round before as well.
async function weighRound(open: (held: Held) => Holding, handles: unknown[]): Promise<number> {
  const jobs = handles.length;
  let count = 0;
  const holding = open((handle) => {
    handles[count++] = handle;
  });
  // Twice: compiled code holds on to the queue of the round before until the first is over.
  collect();
  await nextTurn();
  collect();
  const before = heapUsed();
  for (let index = 0; index < jobs; index++) holding.begin(index);
  // Some begin their jobs a microtask later.
  await nextTurn();
  if (count !== jobs) throw new Error(`${holding.name} has ${count} of ${jobs} jobs in flight`);
  collect();
  const bytes = heapUsed() - before;
  for (let index = 0; index < jobs; index++) {
    holding.end(handles[index]);
    handles[index] = undefined;
  }
  await nextTurn();
  return bytes;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
