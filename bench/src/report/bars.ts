/**
 * The bars: what the figures are held against, as ratios from one run. A bar that is not reached is said, and makes no run wrong:
 * wrong is what loses a job.
 */
import type { Role } from "../harness/contest.ts";

/** Which contestants are meant; the fastest of them counts. */
export interface Who {
  readonly role?: Role;
  readonly named?: RegExp;
  readonly not?: RegExp;
}

/**
 * Where a figure comes from. `least` is who stands in our place to show how near a bar is to what nobody can do without: the floor of
 * the same run, which does the least that the work takes.
 */
export type Figure =
  /** How many times as fast `of` is as `against`; at least the bar. */
  | { readonly kind: "speed"; readonly of: Who; readonly against: Who; readonly least?: Who }
  /** How many times the time of `against` it takes; at most the bar. */
  | { readonly kind: "time"; readonly of: Who; readonly against: Who; readonly least?: Who }
  /** What a proof found; at most the bar. */
  | { readonly kind: "found"; readonly key: string; readonly unit: string; readonly least?: string };

export interface Bar {
  readonly case: string;
  /** What it is held against, in a few words. */
  readonly what: string;
  readonly figure: Figure;
  readonly bar: number;
}

/** Ours, with the bypass or without: an option, not another thing. */
const own: Who = { named: /^signalbox(, bypass)?$/ };
const awaited: Who = { named: /^signalbox, each job awaited$/ };
const rivals: Who = { role: "rival" };
const floor: Who = { role: "floor" };
/** An object for each job, and nothing that can go wrong. */
const bare: Who = { role: "floor", named: /bare fence object for each job$/ };
const bareAwaited: Who = { role: "floor", named: /bare fence object and a promise for each job$/ };
/** Rivals that tell of each job by a promise, or a fiber. */
const promising: Who = { role: "rival", not: /callbacks|async/ };
const pools: Who = { role: "rival", named: /piscina|tinypool|poolifier|workerpool/i };
const spinning: Who = { role: "signalbox", named: /spin/i };
const sleeping: Who = { role: "signalbox", not: /spin/i };
const rawMessages: Who = { named: /raw postMessage/i };

export const bars: readonly Bar[] = [
  speed(
    "lifecycle/steady",
    "fastq's callbacks, 64 in flight",
    1,
    own,
    { named: /^fastq, callbacks, 64 in flight$/ },
    bare,
  ),
  speed(
    "lifecycle/steady",
    "fastq's callbacks, run inside push (ours: bypass)",
    1,
    { named: /^signalbox, bypass$/ },
    {
      named: /inside push$/,
    },
    bare,
  ),
  speed("lifecycle/steady", "every promise-based rival", 3, own, promising, bare),
  speed("lifecycle/tick", "fastq's callbacks", 0.8, own, { named: /^fastq, callbacks$/ }, bare),
  speed("lifecycle/tick", "the best promise-based rival", 3.5, own, promising, bare),
  speed("lifecycle/tick-dependency", "the best rival", 5, own, rivals, bare),
  speed("lifecycle/tick-dependency", "the best rival, every job awaited", 3, awaited, rivals, bareAwaited),
  time(
    "lifecycle/tick-dependency",
    "the bare device (500 ns where that is 31 ns)",
    16,
    own,
    { named: /device alone$/ },
    bare,
  ),
  speed("lifecycle/tick-dependencies-4", "the best rival", 5, own, rivals, bare),
  speed("lifecycle/tick-dependencies-4", "the best rival, every job awaited", 3, awaited, rivals, bareAwaited),
  speed("lifecycle/chain", "raw promises", 3, own, { named: /^promises/ }, bare),
  time("lifecycle/promise-each", "without", 1.8, { role: "signalbox" }, floor),
  speed("dag/four", "the best rival", 15, own, rivals, bare),
  time("dag/four", "bare counters", 4, own, { named: /bare counters$/ }, bare),
  time("threads/round-trip", "the best pool's p50, spinning", 0.25, spinning, pools),
  time("threads/round-trip", "raw postMessage's p50, sleeping", 1, sleeping, rawMessages),
  speed("threads/pipelined", "the best pool", 12, { role: "signalbox" }, pools),
  found("recovery/workers", "from an endless loop to the lane's next job", 5, "spareP50Ms", "ms"),
  found("memory/job", "a job in flight", 200, "inFlightBytes", "bytes", "bareBytes"),
  found("memory/job", "a job that is done and let go", 0, "retainedBytes", "bytes"),
  time("lockdep/jobs", "without the validator's hooks", 1.02, { named: /^validator off$/ }, floor),
  time("overhead/timeouts", "without", 1.3, { role: "signalbox" }, floor),
  time(
    "overhead/trace",
    "without",
    1.3,
    { named: /one clock reading a batch$/ },
    { named: /^without$/ },
    { named: /bare records a job$/ },
  ),
  found("growth/jobs", "growth of a job's cost with their number", 1.5, "growth", "x"),
  found("growth/jobs", "the same, all of them alive at once", 1.5, "atOnceGrowth", "x", "bareGrowth"),
  found("growth/queues", "growth of a job's cost with the number of queues", 1.5, "growth", "x", "bareGrowth"),
  found("growth/dag", "growth of a job's cost with the size of its graph", 1.5, "growth", "x", "bareGrowth"),
  found("growth/dag", "the same, all of them alive at once", 1.5, "atOnceGrowth", "x", "bareAtOnceGrowth"),
  found("growth/threads", "growth of a job's cost with their number", 1.5, "growth", "x", "bareGrowth"),
  found("growth/webgpu", "growth of a job's cost with their number", 1.5, "growth", "x", "bareGrowth"),
  speed(
    "webgpu/pipelined",
    "raw WebGPU",
    1,
    { role: "signalbox" },
    { named: /^raw submit/ },
    { named: /own error scopes$/ },
  ),
  time("webgpu/wait", "raw WebGPU", 1.05, { role: "signalbox" }, rivals),
];

function speed(name: string, what: string, bar: number, of: Who, against: Who, least?: Who): Bar {
  return { case: name, what, bar, figure: { kind: "speed", of, against, ...(least && { least }) } };
}

function time(name: string, what: string, bar: number, of: Who, against: Who, least?: Who): Bar {
  return { case: name, what, bar, figure: { kind: "time", of, against, ...(least && { least }) } };
}

function found(name: string, what: string, bar: number, key: string, unit: string, least?: string): Bar {
  return { case: name, what, bar, figure: { kind: "found", key, unit, ...(least !== undefined && { least }) } };
}
