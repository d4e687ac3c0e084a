/**
 * Memory: a heap without young garbage before a round, and what a round allocates.
 *
 * V8 doesn't count allocations, but tells how full the heap was before and after each collection: what it grew by between
 * one collection and the next is what was allocated. The accounting costs a little at each collection, so it has rounds of
 * its own, which don't count for time.
 */
import { GCProfiler, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a round allocated, and what collecting it cost. */
export interface Account {
  /** Bytes allocated. */
  readonly bytes: number;
  /** The share of the time that went into collections. */
  readonly gcShare: number;
}

type Collector = (options?: { readonly type: "minor" }) => void;

let collector: Collector | undefined;

/** Collects all garbage, now. */
export function collect(): void {
  collector ??= findCollector();
  collector();
}

/**
 * Collects young garbage, now: for rounds that are timed.
 *
 * A collection of everything between rounds would take more with it than garbage: with the last object of a class the engine
 * forgets what it learned about the class, and drops the code that it compiled for it. A round of somebody whose objects are all
 * gone by then would be one of cold code, the colder the more classes it has; a program that goes on always has some alive.
 */
export function collectYoung(): void {
  collector ??= findCollector();
  collector({ type: "minor" });
}

// The flag makes `gc` a global of contexts that are made after it.
function findCollector(): Collector {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as Collector;
}

/** Bytes in use on the heap, garbage included. */
export function heapUsed(): number {
  return process.memoryUsage().heapUsed;
}

/** Does the work and answers what it allocated. */
export async function account(work: () => unknown): Promise<Account> {
  collectYoung();
  const profiler = new GCProfiler();
  const before = heapUsed();
  profiler.start();
  const began = performance.now();
  await work();
  const ended = performance.now();
  const after = heapUsed();
  const { statistics } = profiler.stop();
  let level = before;
  let bytes = 0;
  let cost = 0;
  for (const { beforeGC, afterGC, cost: microseconds } of statistics) {
    bytes += beforeGC.heapStatistics.usedHeapSize - level;
    level = afterGC.heapStatistics.usedHeapSize;
    cost += microseconds;
  }
  bytes += after - level;
  return { bytes: Math.max(0, bytes), gcShare: cost / 1e3 / (ended - began) };
}
