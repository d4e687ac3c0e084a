/**
 * Leaks: promises that nobody can keep any more, found when the collector takes who could have kept them.
 *
 * - A driver fence dropped unsignalled. Its timeline may still signal it by seqno, so it is told of when that can't be: on a
 *   timeline whose fences were signalled through their handles so far and never by seqno, or that is gone itself. Then it fails
 *   with ECANCELED, in its turn (Q28), so that whoever waits learns of it.
 * - A registration on a fence that was collected unsignalled: nobody is left who could signal it, or take the registration back.
 *
 * Invariants: nothing here keeps a driver fence, a timeline or a fence with registrations alive. Nothing is told of twice.
 */
import { errno } from "../../errors.ts";
import { deliver } from "../../fence/delivery.ts";
import type { DriverFence } from "../../fence/driver-fence.ts";
import { signalFence } from "../../fence/fence.ts";
import type { Fence } from "../../fence/fence.ts";
import type { Registration } from "../../fence/registration.ts";
import { SIGNALLED } from "../../fence/state.ts";
import type { TurnKeeper } from "../../fence/turns.ts";
import { describe } from "../../fence/words.ts";
import { Site } from "./site.ts";

/** How many sites are kept at once: beyond that something is made in heaps, and a note of each place would take more than the heap. */
const SITES = 10_000;

/** How deep their stacks go: there are many. */
const DEPTH = 16;

/** A fence that was made, and is to be signalled. */
interface Owed {
  readonly fence: Fence;
  readonly site: Site | null;
  readonly timeline: TimelineNotes;
}

/** What is known of a timeline. */
interface TimelineNotes {
  readonly keeper: WeakRef<TurnKeeper>;
  /** Whether a fence of it was signalled through its handle. */
  byHandle: boolean;
  /** Whether it signals by seqno. */
  swept: boolean;
  /** Those that have not signalled, by seqno as they were made. */
  readonly owed: Map<Fence, Owed>;
}

/** What is known of a fence with registrations. */
interface FenceNotes {
  readonly name: string;
  readonly sites: Map<symbol, Site | null>;
  signalled: boolean;
}

/** What was found. */
export type Leak =
  | { readonly kind: "driver fence"; readonly name: string; readonly site: Site | null }
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
  #sites = 0;
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
    const owed: Owed = { fence: handle.fence, site: this.#site(), timeline: notes };
    notes.owed.set(handle.fence, owed);
    this.#made.set(handle.fence, owed);
    this.#handleGone.register(handle, owed, owed);
  }

  /** Signalled, in whatever way. */
  signalled(fence: Fence): void {
    const owed = this.#made.get(fence);
    if (owed !== undefined) {
      this.#forgetSites([owed.site]);
      owed.timeline.owed.delete(fence);
      this.#made.delete(fence);
      this.#handleGone.unregister(owed);
    }
    const notes = this.#fences.get(fence);
    if (notes !== undefined) {
      notes.signalled = true;
      this.#forgetSites(notes.sites.values());
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
    notes.sites.set(mark, this.#site());
    this.#marks.set(registration, { fence: notes, mark });
  }

  unregistered(registration: Registration): void {
    const found = this.#marks.get(registration);
    if (found === undefined) return;
    this.#forgetSites([found.fence.sites.get(found.mark) ?? null]);
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
    const { fence, timeline } = owed;
    if (this.#over || fence._state === SIGNALLED || !timeline.byHandle || timeline.swept) return;
    this.#lost(owed);
  }

  /** @internal */
  _timelineCollected(notes: TimelineNotes): void {
    if (this.#over) return;
    // In the order of the seqnos, as they were made (promise 2).
    for (const owed of [...notes.owed.values()]) if (owed.fence._state !== SIGNALLED) this.#lost(owed);
  }

  /** @internal */
  _fenceCollected(notes: FenceNotes): void {
    if (this.#over || notes.signalled) return;
    for (const site of notes.sites.values()) this.#tell({ kind: "registration", name: notes.name, site });
    this.#forgetSites(notes.sites.values());
    notes.sites.clear();
  }

  #site(): Site | null {
    if (this.#sites >= SITES) return null;
    this.#sites++;
    return Site.here(DEPTH);
  }

  #forgetSites(sites: Iterable<Site | null>): void {
    for (const site of sites) if (site !== null) this.#sites--;
  }

  #notes(timeline: TurnKeeper): TimelineNotes {
    let notes = this.#timelines.get(timeline);
    if (notes === undefined) {
      notes = { keeper: new WeakRef(timeline), byHandle: false, swept: false, owed: new Map() };
      this.#timelines.set(timeline, notes);
      this.#timelineGone.register(timeline, notes);
    }
    return notes;
  }

  #lost(owed: Owed): void {
    this.#forgetSites([owed.site]);
    owed.timeline.owed.delete(owed.fence);
    this.#made.delete(owed.fence);
    this.#tell({ kind: "driver fence", name: describe(owed.fence), site: owed.site });
    const keeper = owed.timeline.keeper.deref();
    if (keeper?._hasSignal(owed.fence) === true) return;
    owed.fence._setError(errno.ECANCELED, new Error("Its driver fence was dropped unsignalled"));
    // SIGNALLING: nobody else can, any more; the registrations are waits and such like, as ever.
    if (keeper !== undefined) keeper._signalInTurn(owed.fence);
    else deliver(() => void signalFence(owed.fence));
  }
}
