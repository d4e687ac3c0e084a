/**
 * What few jobs have, kept beside the job so that all others pay one check of one field: sources that are looked up when the
 * job is armed, slots, places to signal, reservations that it reads and writes, a `started` fence.
 *
 * Invariants:
 * - Promise 4: filled in while the job is fresh, read at arm (submit-context.ts), let go of when the job is published; what is left
 *   then is the `started` fence of a job that was asked for one, and that an obligation was handed on to it.
 * - A rollback has nothing to undo here: what was looked up is in `found`, which the next arm finds anew.
 */
import { SignalboxError } from "../errors.ts";
import type { JobSpec, Reserved } from "../driver.ts";
import type { Fence } from "../fence/fence.ts";
import type { FenceSink } from "../fence/sink.ts";
import type { FenceSource } from "../fence/source.ts";
import type { Reservation } from "../sync/reservation/reservation.ts";
import type { Slot } from "./slot.ts";

/** One reservation that a job uses, and how: once for each, and as a writer if it does both. */
export interface Use {
  readonly reservation: Reservation;
  readonly write: boolean;
}

export class JobExtras {
  /** What stands for fences, and chains, which have forgotten by then what signalled meanwhile (Q18). */
  readonly sources: (FenceSource | Fence)[] = [];
  readonly slots: Slot[] = [];
  signals: readonly FenceSink[] = [];
  uses: readonly Use[] = [];
  /** From arm to publish: the fences that sources, slots and reservations stand for. */
  found: readonly Fence[] = [];
  /** Signals when the job starts; null unless somebody asked. */
  started: Fence | null;
  /** How often a reset has put the job back. */
  retries = 0;
  /** While issuers are asked on behalf of an arm: what the job waits for is settled, and it is not armed yet (promise 4). */
  arming = false;

  /** Whether an obligation was handed on to the job while the validator is on: then its `run` is the section that goes on with it. */
  carries: boolean;

  constructor(started: Fence | null = null, carries = false) {
    this.started = started;
    this.carries = carries;
  }
}

/** Whether it can be asked for fences, now or later. */
export function isSource(value: unknown): value is FenceSource {
  return hasMethod(value, "_fences");
}

/** For messages: what to do with a whole object where one point of it, or one usage, is asked for. */
export function hintAt(value: unknown): string {
  return hasMethod(value, "at") && !Array.isArray(value) ? ": name a point of it, or a usage, with `.at()`" : "";
}

/** Takes over what a spec says of places to signal and reservations; `name` is the job's, for messages. Throws EINVAL for what is neither. */
export function readSpec(name: string, spec: JobSpec, extras: JobExtras): void {
  const { signals = [], reads = [], writes = [] } = spec;
  extras.signals = isList(signals) ? [...signals] : [signals];
  for (const sink of extras.signals) {
    if (!hasMethod(sink, "_prepare"))
      throw new SignalboxError(
        "EINVAL",
        `${name} can't signal what takes no fence (got ${typeof sink})${hintAt(sink)}`,
      );
  }
  for (const list of [reads, writes]) {
    if (!Array.isArray(list))
      throw new SignalboxError("EINVAL", `${name} needs a list of what it reads and writes (got ${typeof list})`);
  }
  const uses = new Map<Reservation, Use>();
  for (const each of writes) add(name, uses, each, true);
  for (const each of reads) add(name, uses, each, false);
  extras.uses = [...uses.values()];
}

function add(name: string, uses: Map<Reservation, Use>, each: Reserved, write: boolean): void {
  const reservation = reservationOf(each);
  if (reservation === undefined) {
    throw new SignalboxError("EINVAL", `${name} reads and writes reservations, and what has one (got ${typeof each})`);
  }
  if (!uses.has(reservation)) uses.set(reservation, { reservation, write });
}

// Known by its shape, so that a program without reservations doesn't carry them.
function reservationOf(each: unknown): Reservation | undefined {
  for (const candidate of [each, (each as { readonly reservation?: unknown } | null | undefined)?.reservation]) {
    if (hasMethod(candidate, "entries") && "_lock" in candidate) return candidate as Reservation;
  }
  return undefined;
}

function isList(signals: FenceSink | readonly FenceSink[]): signals is readonly FenceSink[] {
  return Array.isArray(signals);
}

function hasMethod(value: unknown, method: string): value is object {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as Record<string, unknown>)[method] === "function";
}
