/**
 * Handles: what is posted to another thread, so that it can open the same fence, timeline or sync object there.
 *
 * Plain data over shared memory: structured clone takes a handle as it is, nothing is transferred, and whoever has one may
 * send it on. A read side may be opened any number of times in any thread; a write side (`driver ...`) once.
 */
import { SignalboxError } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { HandedOn } from "../hooks.ts";
import { canShareMemory } from "../platform/atomics.ts";
import { realPlatform } from "../platform/real.ts";
import { SignalLog } from "./signal-log.ts";
import type { LogOrder } from "./signal-log.ts";

/** What a handle is for. */
export type HandleKind =
  "fence" | "timeline" | "sync object" | "driver fence" | "driver timeline" | "driver sync object";

/** What every handle carries. */
export interface SharedHandle {
  /** What it is for. */
  readonly signalbox: HandleKind;
  /** The same for all handles of one memory. */
  readonly id: string;
  /** The memory. */
  readonly memory: SharedArrayBuffer;
  /** In which order what is in the memory signals. */
  readonly order: LogOrder;
  /** The name of the timeline, or of the sync object. */
  readonly timeline: string;
  /** The name of what drives it. */
  readonly driver: string;
  /** How its link hears of the owner's end, where no event tells it. */
  readonly life?: SharedLife;
}

/** How a thread of a browser shows that it lives: it holds a lock, and says in shared memory that it does. */
export interface SharedLife {
  readonly lock: string;
  readonly memory: SharedArrayBuffer;
}

/** A fence, for {@link openFence} in another thread. */
export interface FenceHandle extends SharedHandle {
  readonly signalbox: "fence";
  /** The fence's seqno, exact. */
  readonly point: bigint;
}

/** A timeline, for {@link openTimeline}. */
export interface TimelineHandle extends SharedHandle {
  readonly signalbox: "timeline";
}

/** A sync object, for {@link openSyncObject}. */
export interface SyncObjectHandle extends SharedHandle {
  readonly signalbox: "sync object";
  /** The memory of its binary fences; that of its points is `memory`. */
  readonly binary: SharedArrayBuffer;
}

/** The obligation to signal a fence, for {@link openDriverFence} in the thread that takes it on. */
export interface DriverFenceHandle extends SharedHandle {
  readonly signalbox: "driver fence";
  /** Where it was handed on, while the validator is on: for the reports of the thread that takes it on. */
  readonly from?: HandedOn;
}

/** The obligation to signal a timeline, for {@link openDriverTimeline}. */
export interface DriverTimelineHandle extends SharedHandle {
  readonly signalbox: "driver timeline";
}

/** The obligation to signal a sync object's points, for {@link openDriverSyncObject}. */
export interface DriverSyncObjectHandle extends SharedHandle {
  readonly signalbox: "driver sync object";
  readonly binary: SharedArrayBuffer;
}

/** The part of a handle that doesn't depend on what it is for. */
export type HandleBody = Omit<SharedHandle, "signalbox">;

/** A handle's body for new memory. */
export function newBody(log: SignalLog, order: LogOrder, names: SharedNames, life?: SharedLife): HandleBody {
  const body = { id: newId(), memory: log.memory, order, ...names };
  return life === undefined ? body : { ...body, life };
}

/** The handle by which thread `to` takes a fence on. */
export function driverFenceHandle(body: HandleBody, to: string): DriverFenceHandle {
  const handle = { signalbox: "driver fence", ...body } as const;
  return hooks.lockdep === null ? handle : { ...handle, from: hooks.lockdep.sends(to) };
}

/** The names that a fence shows. */
export interface SharedNames {
  readonly timeline: string;
  readonly driver: string;
}

/** The body of a handle, to make another handle of the same memory of. */
export function bodyOf({ id, memory, order, timeline, driver, life }: SharedHandle): HandleBody {
  return life === undefined ? { id, memory, order, timeline, driver } : { id, memory, order, timeline, driver, life };
}

/** The body of the second memory of a sync object: its binary fences. */
export function binaryBodyOf(handle: SyncObjectHandle | DriverSyncObjectHandle): HandleBody {
  return { ...bodyOf(handle), id: `${handle.id} binary`, memory: handle.binary, order: "generations" };
}

/** A name that no other agent makes up. Not a secret. */
export function newId(): string {
  const part = (): string => realPlatform.random().toString(36).slice(2, 12);
  return `${part()}${part()}`;
}

/** The log behind a handle of this kind. Throws EINVAL for anything else: it came by a message, so it may be anything. */
export function openLog(handle: SharedHandle, kind: HandleKind): SignalLog {
  const given = handle as Partial<SharedHandle> | null | undefined;
  if (given?.signalbox !== kind) {
    throw new SignalboxError("EINVAL", `Not a handle of a ${kind} (got ${given?.signalbox ?? typeof handle})`);
  }
  return openMemory(given.memory, kind);
}

/** The log in memory that came with a handle. */
export function openMemory(memory: SharedArrayBuffer | undefined, kind: HandleKind): SignalLog {
  if (canShareMemory() && memory instanceof SharedArrayBuffer) return new SignalLog(memory);
  throw new SignalboxError("EINVAL", `The handle of a ${kind} has lost its shared memory`);
}
