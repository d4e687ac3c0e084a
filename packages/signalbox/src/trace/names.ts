/**
 * The names of what a trace has seen: timelines (queues' among them) and rings, by number.
 *
 * Holds names and numbers only, and refers to rings weakly, so that a trace keeps nothing of the core alive.
 *
 * Invariants: a name is known as long as an event that needs it is held. What only dropped events spoke of is forgotten
 * now and then, so that a program which makes timelines for ever doesn't grow its trace for ever.
 */
import type { Fence } from "../fence/fence.ts";
import type { TimelineCore } from "../fence/timeline-core.ts";
import type { Job } from "../queue/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { Ring } from "../queue/ring.ts";
import type { FenceId, TracedRing, TracedTimeline } from "./events.ts";

/** Names that are kept without asking whether they are still needed. */
const FEW = 1024;

interface Timeline extends TracedTimeline {
  isQueue: boolean;
  ring: TracedRing | undefined;
  credits: number;
  /** The number of the last chunk in which it was spoken of. */
  lastChunk: number;
}

interface RingEntry {
  readonly ring: TracedRing;
  lastChunk: number;
}

export class Names {
  readonly #timelines = new Map<number, Timeline>();
  readonly #rings = new Map<number, RingEntry>();
  readonly #ringIds = new WeakMap<Ring, number>();
  #lastRing = 0;
  #enough = FEW;

  /** All that is known, in the order in which it was first seen. */
  get timelines(): readonly TracedTimeline[] {
    return [...this.#timelines.values()];
  }

  /** All rings that are known, in the order in which they were first seen. */
  get rings(): readonly TracedRing[] {
    return Array.from(this.#rings.values(), ({ ring }) => ring);
  }

  /** The timeline of that id: it must be one of which an event is held. */
  timeline(context: number): TracedTimeline {
    return this.#timelines.get(context)!;
  }

  ring(id: number): TracedRing {
    return this.#rings.get(id)!.ring;
  }

  fence(context: number, seqno: number): FenceId {
    return { context, timeline: this.timeline(context).name, seqno };
  }

  /** An event of this fence, job or not, goes into the chunk of that number. */
  seeFence(fence: Fence, chunk: number): void {
    if (fence._timeline.tracedIn !== chunk) this.#see(fence, chunk);
  }

  /** An event of this queue goes into the chunk of that number. */
  seeQueue(queue: JobQueue, chunk: number): void {
    const entry = this.#timelines.get(queue._timeline.id) ?? this.#remember(queue._timeline);
    entry.isQueue = true;
    entry.lastChunk = chunk;
    this.#fill(entry, queue, chunk);
  }

  /** An event of this ring goes into the chunk of that number; answers the ring's. */
  seeRing(ring: Ring, chunk: number): number {
    let id = this.#ringIds.get(ring);
    if (id === undefined) {
      id = ++this.#lastRing;
      this.#ringIds.set(ring, id);
    }
    const { name, driver } = ring;
    const entry = this.#rings.get(id);
    if (entry !== undefined) entry.lastChunk = chunk;
    else
      this.#rings.set(id, {
        ring: { id, name, driver: driver.name, overlaps: driver.overlaps === true },
        lastChunk: chunk,
      });
    return id;
  }

  /** Events of chunks before this one are no longer held. */
  forget(oldestKept: number): void {
    if (this.#timelines.size + this.#rings.size <= this.#enough) return;
    for (const [context, { lastChunk }] of this.#timelines) if (lastChunk < oldestKept) this.#timelines.delete(context);
    for (const [id, { lastChunk }] of this.#rings) if (lastChunk < oldestKept) this.#rings.delete(id);
    this.#enough = Math.max(FEW, 2 * (this.#timelines.size + this.#rings.size));
  }

  // Once for each timeline and chunk; for a queue's, as long as only jobs that were released have told of it, for each of those.
  #see(fence: Fence, chunk: number): void {
    const core = fence._timeline;
    const entry = this.#timelines.get(core.id) ?? this.#remember(core);
    entry.lastChunk = chunk;
    if (fence.kind === "job") {
      entry.isQueue = true;
      const queue = (fence as Job)._queue;
      if (queue !== null) this.#fill(entry, queue, chunk);
      else if (entry.ring === undefined) return;
    }
    core.tracedIn = chunk;
  }

  #remember(core: TimelineCore): Timeline {
    const { id: context, name, driver } = core;
    const entry: Timeline = {
      context,
      name,
      driver,
      isQueue: false,
      ring: undefined,
      credits: Infinity,
      lastChunk: -1,
    };
    this.#timelines.set(context, entry);
    return entry;
  }

  // The ring of a queue is spoken of whenever the queue is.
  #fill(entry: Timeline, queue: JobQueue, chunk: number): void {
    const id = this.seeRing(queue.ring, chunk);
    entry.ring = this.ring(id);
    entry.credits = queue.credits;
  }
}
