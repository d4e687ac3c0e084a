/**
 * The part of a timeline that every fence on it needs for ever: its id, its names, its clock, its next seqno.
 *
 * Holds nothing of the issuer, so that a fence kept for long keeps neither a queue nor a device alive, and its names stay
 * readable when they are gone (F29). Used by `Timeline` (a program's own) and by job queues.
 *
 * Invariants: F5: ids are never used again. F6: seqnos of one timeline only grow, from 1.
 */
import { SignalboxError } from "../errors.ts";
import type { Platform } from "../platform/platform.ts";

let lastId = 0;

/** F4: how wide the sequence numbers of a timeline are when they are compared: 64 never wraps, 32 does. */
export type SeqnoBits = 32 | 64;

export class TimelineCore {
  readonly id: number;
  readonly name: string;
  readonly driver: string;
  readonly platform: Platform;
  readonly bits: SeqnoBits;
  /** The last seqno given out; 0 before the first. */
  lastSeqno = 0;
  /** For whoever goes over many fences at once (queue/dependencies.ts): which pass came across this timeline last. */
  mark = 0;
  /** And where that pass keeps its fence of this timeline. */
  place = 0;
  /** For the trace (trace/names.ts): the number of the last chunk of events that knows all of this timeline's names; 0 for none. */
  tracedIn = 0;

  /** `id` only where fences of another kind share a context (an array that is put on a foreign timeline). */
  constructor(name: string, driver: string, platform: Platform, bits: SeqnoBits = 64, id: number = ++lastId) {
    // F3: both names are obligatory, since every error and every trace shows them.
    if (name === "" || driver === "")
      throw new SignalboxError("EINVAL", `A timeline needs a name and a driver name (got "${name}" and "${driver}")`);
    this.id = id;
    this.name = name;
    this.driver = driver;
    this.platform = platform;
    this.bits = bits;
  }
}
