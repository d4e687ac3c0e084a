/**
 * Whether this thread had its core for itself: a round in which another process took it is not worth keeping.
 *
 * Linux tells how long a thread was ready to run and did not run (the second number of `schedstat`): that time is not the
 * contestant's, and is left out. Elsewhere the CPU time of the process stands in: what is missing of the wall time was
 * somebody else's, or waiting; then it is only told, since one can't tell which.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** The share of a round that others may take before it is repeated. */
export const TOLERATED = 0.05;

/** A stretch of time. */
export interface Stretch {
  /** How long it took in ms, without what others took of it where that is known. */
  readonly ms: number;
  /** Which share of it others had the core. */
  readonly lost: number;
}

/** Begins a stretch; the answer ends it. */
export type BeginStretch = () => () => Stretch;

/** Measures this thread, the main one of its process. */
export const beginStretch: BeginStretch = () => {
  const waited = waitedMs();
  const cpu = process.cpuUsage();
  const began = performance.now();
  return () => {
    const wall = performance.now() - began;
    const now = waitedMs();
    if (waited !== undefined && now !== undefined) return { ms: wall - (now - waited), lost: (now - waited) / wall };
    const { user, system } = process.cpuUsage(cpu);
    return { ms: wall, lost: Math.max(0, 1 - (user + system) / 1e3 / wall) };
  };
};

/**
 * Measures the whole process, for work on threads of our own: these take the core from one another, so what counts is what
 * all other processes had of the machine. Linux counts that in ticks of 10 ms, one of which is forgiven.
 */
export const beginProcessStretch: BeginStretch = () => {
  const busy = busyMs();
  const cpu = process.cpuUsage();
  const began = performance.now();
  return () => {
    const ms = performance.now() - began;
    const now = busyMs();
    if (busy === undefined || now === undefined) return { ms, lost: 0 };
    const { user, system } = process.cpuUsage(cpu);
    const others = now - busy - (user + system) / 1e3 - TICK_MS;
    return { ms, lost: Math.max(0, others) / (ms * availableParallelism()) };
  };
};

const TICK_MS = 10;

// What all processes had of all cores since the machine started.
function busyMs(): number | undefined {
  const [, ...ticks] = read("/proc/stat").split("\n", 1)[0]?.trim().split(/ +/) ?? [];
  const [user, nice, system, , , interrupts, softInterrupts, stolen] = ticks.map(Number);
  const sum = [user, nice, system, interrupts, softInterrupts, stolen].reduce<number>(
    (all, one) => all + (one ?? NaN),
    0,
  );
  return Number.isFinite(sum) ? sum * TICK_MS : undefined;
}

function waitedMs(): number | undefined {
  const waited = Number(read("/proc/self/schedstat").split(" ")[1]);
  return Number.isFinite(waited) ? waited / 1e6 : undefined;
}

// Elsewhere than on Linux there are no such files.
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
