/**
 * Leaks: promises that nobody can keep any more, found when the collector takes who could have kept them.
 *
 * - A driver fence dropped unsignalled. Its timeline may still signal it by seqno, so it is told of when that can't be: on a
 *   timeline whose fences were signalled through their handles so far and never by seqno (a foreign one's can't be signalled
 *   otherwise), or that is gone itself. Then it fails with ECANCELED, in its turn (Q28), so that whoever waits learns of it. One
 *   whose issuer can be asked (F16) needs no handle, and is never told of.
 * - A registration on a fence that was collected unsignalled: nobody is left who could signal it, or take the registration back.
 *
 * Invariants: nothing here keeps a driver fence, a timeline or a fence with registrations alive. Nothing is told of twice.
 */
import { errno } from "../../errors.ts";
import { deliver } from "../../fence/delivery.ts";
import type { DriverFence } from "../../fence/driver-fence.ts";
import { Fence, signalFence } from "../../fence/fence.ts";
import { ForeignTimeline } from "../../fence/foreign-timeline.ts";
import type { Registration } from "../../fence/registration.ts";
import { SIGNALLED } from "../../fence/state.ts";
import type { TurnKeeper } from "../../fence/turns.ts";
import { describe } from "../../fence/words.ts";
import { realPlatform } from "../../platform/real.ts";
import { KeptSites } from "./kept-sites.ts";
import type { Step } from "./report.ts";
import type { Site } from "./site.ts";

/** How deep their stacks go: there are many. */
const DEPTH = 16;

/** A fence that was made, and is to be signalled. */
interface Owed {
  /**
   * Weak after the turn in which it was made, since what waits for a fence, or issues it, may well hold its handle or its timeline. A
   * weak reference itself keeps what it refers to for a turn: most fences have signalled before they need one.
   */
  fence: Fence | WeakRef<Fence>;
  readonly name: string;
  readonly site: Site | null;
  readonly timeline: TimelineNotes;
  /** On what somebody gave his word that it will be signalled; null if nobody did. */
  promise: string | null;
  /** Where another thread handed it on; null if none did. */
  origin: Step | null;
  /** F16: whether asking finds the signal, so that the handle needn't be kept. */
  readonly asked: boolean;
  /** Its handle and its timeline may be collected together, and the fence with them: told of once. */
  told: boolean;
}

/** What is known of a timeline. */
interface TimelineNotes {
  readonly keeper: WeakRef<TurnKeeper>;
  /** Whether a fence of it was signalled through its handle. */
  byHandle: boolean;
  /** Whether it signals by seqno. */
  swept: boolean;
  /** Those that have not signalled, by seqno as they were made. */
  readonly owed: Set<Owed>;
}

/** What is known of a fence with registrations. */
interface FenceNotes {
  readonly name: string;
  readonly sites: Map<symbol, Site | null>;
  signalled: boolean;
}

/** What was found. */
export type Leak =
  | {
      readonly kind: "driver fence";
      readonly name: string;
      readonly site: Site | null;
      readonly promise: string | null;
      readonly origin: Step | null;
    }
  | { readonly kind: "registration"; readonly name: string; readonly site: Site | null };

export class Leaks {
  readonly #tell: (leak: Leak) => void;
  readonly #timelines = new WeakMap<TurnKeeper, TimelineNotes>();
  readonly #made = new WeakMap<Fence, Owed>();
  readonly #fences = new WeakMap<Fence, FenceNotes>();
  readonly #marks = new WeakMap<Registration, { readonly fence: FenceNotes; readonly mark: symbol }>();
  readonly #handleGone = new FinalizationRegistry<Owed>((owed) => this._handleCollected(owed));
  readonly #timelineGone = new FinalizationRegistry<TimelineNotes>((notes) => this._timelineCollected(notes));
  readonly #fenceGone = new FinalizationRegistry<FenceNotes>((notes) => this._fenceCollected(notes));
  readonly #sites = new KeptSites();
  /** Made in this turn. */
  readonly #fresh = new Set<Owed>();
  #weakening = false;
  #over = false;

  constructor(tell: (leak: Leak) => void) {
    this.#tell = tell;
  }

  /** Tells of nothing any more. */
  end(): void {
    this.#over = true;
  }

  made(handle: DriverFence, timeline: TurnKeeper): void {
    const notes = this.#notes(timeline);
    const { fence } = handle;
    const owed: Owed = {
      fence,
      name: describe(fence),
      site: this.#sites.take(DEPTH),
      promise: null,
      origin: null,
      timeline: notes,
      asked: fence._canBeAsked,
      told: false,
    };
    notes.owed.add(owed);
    this.#weakenLater(owed);
    this.#made.set(fence, owed);
    this.#handleGone.register(handle, owed, owed);
  }

  /** Somebody gave his word, with this reason, that it will be signalled. */
  promised(fence: Fence, reason: string): void {
    const owed = this.#made.get(fence);
    if (owed !== undefined) owed.promise = reason;
  }

  /** Another thread handed it on. */
  received(fence: Fence, origin: Step): void {
    const owed = this.#made.get(fence);
    if (owed !== undefined) owed.origin = origin;
  }

  /** Signalled, in whatever way. */
  signalled(fence: Fence): void {
    const owed = this.#made.get(fence);
    if (owed !== undefined) {
      this.#sites.drop(owed.site);
      owed.timeline.owed.delete(owed);
      this.#made.delete(fence);
      this.#fresh.delete(owed);
      this.#handleGone.unregister(owed);
    }
    const notes = this.#fences.get(fence);
    if (notes !== undefined) {
      notes.signalled = true;
      for (const site of notes.sites.values()) this.#sites.drop(site);
      notes.sites.clear();
      this.#fences.delete(fence);
      this.#fenceGone.unregister(notes);
    }
  }

  /** Signalled through its handle. */
  signalledByHandle(timeline: TurnKeeper): void {
    this.#notes(timeline).byHandle = true;
  }

  swept(timeline: TurnKeeper): void {
    this.#notes(timeline).swept = true;
  }

  registered(registration: Registration, fence: Fence): void {
    let notes = this.#fences.get(fence);
    if (notes === undefined) {
      notes = { name: describe(fence), sites: new Map(), signalled: false };
      this.#fences.set(fence, notes);
      this.#fenceGone.register(fence, notes, notes);
    }
    const mark = Symbol("registration");
    notes.sites.set(mark, this.#sites.take(DEPTH));
    this.#marks.set(registration, { fence: notes, mark });
  }

  unregistered(registration: Registration): void {
    const found = this.#marks.get(registration);
    if (found === undefined) return;
    this.#sites.drop(found.fence.sites.get(found.mark) ?? null);
    found.fence.sites.delete(found.mark);
    this.#marks.delete(registration);
  }

  /** @internal For tests, as those below: what the collector would be given. */
  _owed(fence: Fence): Owed | undefined {
    return this.#made.get(fence);
  }

  /** @internal */
  _notes(fence: Fence): FenceNotes | undefined {
    return this.#fences.get(fence);
  }

  /** @internal */
  _handleCollected(owed: Owed): void {
    const { timeline, asked } = owed;
    if (this.#over || fenceOf(owed)?._state === SIGNALLED) return;
    if (asked || !timeline.byHandle || timeline.swept) return;
    this.#lost(owed);
  }

  /** @internal */
  _timelineCollected(notes: TimelineNotes): void {
    if (this.#over) return;
    // In the order of the seqnos, as they were made (promise 2).
    for (const owed of [...notes.owed]) if (!owed.asked && fenceOf(owed)?._state !== SIGNALLED) this.#lost(owed);
  }

  /** @internal */
  _fenceCollected(notes: FenceNotes): void {
    if (this.#over || notes.signalled) return;
    for (const site of notes.sites.values()) this.#tell({ kind: "registration", name: notes.name, site });
    for (const site of notes.sites.values()) this.#sites.drop(site);
    notes.sites.clear();
  }

  #notes(timeline: TurnKeeper): TimelineNotes {
    let notes = this.#timelines.get(timeline);
    if (notes === undefined) {
      notes = {
        keeper: new WeakRef(timeline),
        byHandle: timeline instanceof ForeignTimeline,
        swept: false,
        owed: new Set(),
      };
      this.#timelines.set(timeline, notes);
      this.#timelineGone.register(timeline, notes);
    }
    return notes;
  }

  #weakenLater(owed: Owed): void {
    this.#fresh.add(owed);
    if (this.#weakening) return;
    this.#weakening = true;
    realPlatform.macrotask(() => {
      this.#weakening = false;
      for (const each of this.#fresh) if (each.fence instanceof Fence) each.fence = new WeakRef(each.fence);
      this.#fresh.clear();
    });
  }

  #lost(owed: Owed): void {
    if (owed.told) return;
    owed.told = true;
    this.#sites.drop(owed.site);
    owed.timeline.owed.delete(owed);
    const { name, site, promise, origin } = owed;
    this.#tell({ kind: "driver fence", name, site, promise, origin });
    const fence = fenceOf(owed);
    if (fence === undefined) return;
    this.#made.delete(fence);
    const keeper = owed.timeline.keeper.deref();
    if (keeper?._hasSignal(fence) === true) return;
    fence._setError(errno.ECANCELED, new Error("Its driver fence was dropped unsignalled"));
    // SIGNALLING: nobody else can, any more; the registrations are waits and such like, as ever.
    if (keeper !== undefined) keeper._signalInTurn(fence);
    else deliver(() => void signalFence(fence));
  }
}

function fenceOf({ fence }: Owed): Fence | undefined {
  return fence instanceof Fence ? fence : fence.deref();
}
