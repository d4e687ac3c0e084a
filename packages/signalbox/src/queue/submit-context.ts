/**
 * The submit context: what the jobs of one open submission take from shared objects and give to them.
 *
 * Jobs of a batch see one another through it, in batch order, since nothing of the batch is seen outside before the last push:
 * what a job waits for at a sync object is looked up first among what earlier jobs of the batch signal there (B1), then in the
 * object; and of a reservation, what earlier jobs will add to it counts as added.
 *
 * States: open (jobs are prepared) -> published, or dropped; both leave nothing locked and nothing prepared.
 *
 * Invariants:
 * - `prepare` does all or nothing for its job; what it did for the batch is undone by `drop`.
 * - `publish` can't fail, and happens in the order in which the jobs were armed: the last job that signals an object wins.
 * - Issuers are asked before anything is noted (F16), and what they may have changed is looked at after that.
 *
 * Made by batch.ts for submissions that have such a job.
 */
import { SignalboxError } from "../errors.ts";
import { Fence } from "../fence/fence.ts";
import type { FenceSink, PreparedSink } from "../fence/sink.ts";
import type { FenceSource } from "../fence/source.ts";
import { FRESH } from "../fence/state.ts";
import { describe } from "../fence/words.ts";
import { throwLater } from "../platform/throw-later.ts";
import type { ReservationLocks } from "../sync/reservation/locks.ts";
import type { SyncObject } from "../sync/sync-object.ts";
import type { SyncPoint } from "../sync/sync-point.ts";
import { BatchReservations } from "./batch-reservations.ts";
import { askedMoot } from "./dependencies.ts";
import type { JobExtras } from "./extras.ts";
import { isSource } from "./extras.ts";
import { unwrap } from "./flatten.ts";
import type { Job } from "./job.ts";
import { Slot } from "./slot.ts";

/** What the batch signals on one sync object. */
interface Points {
  /** The last job that signals each point. */
  readonly jobs: Map<bigint, Job>;
  highest: bigint;
}

interface Signal {
  readonly job: Job;
  readonly prepared: PreparedSink;
}

export class SubmitContext {
  readonly #reservations: BatchReservations;
  /** In batch order. */
  readonly #signals: Signal[] = [];
  readonly #points = new Map<SyncObject, Points>();
  readonly #filled: Slot[] = [];

  constructor(locks: ReservationLocks | undefined) {
    this.#reservations = new BatchReservations(locks);
  }

  /** For a job that is about to be armed: finds what it waits for, and makes ready what it gives. Throws what makes that impossible. */
  prepare(job: Job, extras: JobExtras): void {
    const found: Fence[] = [];
    for (const slot of extras.slots) {
      if (slot._fences === null) {
        throw new SignalboxError(
          "EINVAL",
          `[Job "${job.label}"] has a slot that was not filled: it is filled inside the submission, before its job is armed`,
        );
      }
      for (const fence of slot._fences) found.push(fence);
    }
    for (const source of extras.sources) this.#find(source, found);
    for (const use of extras.uses) this.#reservations.prepare(use, found);
    // The issuers are asked now, in the caller's own time (F16).
    extras.found = found.filter((fence) => !askedMoot(fence));
    this.#checkOrder(extras.signals);
    const prepared = prepareAll(extras.signals);
    // Nothing fails from here on.
    for (const [index, sink] of extras.signals.entries()) {
      this.#signals.push({ job, prepared: prepared[index]! });
      this.#note(sink, job);
    }
    for (const use of extras.uses) this.#reservations.note(use, job);
  }

  /** Q9: puts a fence, or what stands for fences, into a slot of a job that was not armed yet. Throws EINVAL, and nothing is filled. */
  fill(slot: Slot, fence: unknown): void {
    if (!(slot instanceof Slot)) throw new SignalboxError("EINVAL", `Only a slot can be filled (got ${typeof slot})`);
    const name = `The slot of [Job "${slot._job.label}"]`;
    checkEmpty(slot, name);
    const found: Fence[] = [];
    if (fence instanceof Fence) {
      if (fence._state === FRESH) {
        throw new SignalboxError(
          "EINVAL",
          `${name} can't be filled with ${describe(fence)}, which was not submitted and not armed in this submission`,
        );
      }
      unwrap(fence, found);
    } else if (isSource(fence)) {
      this.#find(fence, found);
    } else {
      throw new SignalboxError("EINVAL", `${name} takes fences, and what stands for them (got ${typeof fence})`);
    }
    // An issuer that was asked meanwhile may have filled it.
    checkEmpty(slot, name);
    slot._fences = found;
    this.#filled.push(slot);
  }

  /** Before the publishing: EINVAL if a slot was filled in vain, or the caller's locks were released. Asks issuers. */
  check(): void {
    const idle = this.#filled.find(({ _job }) => _job._state === FRESH);
    if (idle !== undefined)
      throw new SignalboxError("EINVAL", `A slot of [Job "${idle._job.label}"] was filled, and the job was not armed`);
    this.#reservations.reserve();
  }

  /** After the last push: can't fail. A sink that throws all the same is heard of, and stops nothing (promise 1). */
  publish(): void {
    this.#reservations.publish();
    for (const { job, prepared } of this.#signals) {
      try {
        prepared._publish(job);
      } catch (error) {
        throwLater(job._timeline.platform, error);
      }
    }
    for (const slot of this.#filled) slot._fences = null;
  }

  /** The submission is rolled back: nothing was seen outside, and nothing is left. */
  drop(): void {
    for (const { prepared } of this.#signals.reverse()) prepared._drop();
    this.#reservations.drop();
    for (const slot of this.#filled) slot._fences = null;
  }

  #find(source: FenceSource | Fence, found: Fence[]): void {
    if (source instanceof Fence) {
      unwrap(source, found);
      return;
    }
    const place = pointOf(source);
    const mate = place === undefined ? undefined : this.#points.get(place.object)?.jobs.get(place.point);
    if (mate !== undefined) {
      found.push(mate);
      return;
    }
    for (const fence of source._fences()) unwrap(fence, found);
    this.#reservations.appendMates(source, found);
  }

  // Q33: an ordered object can't see what the batch is going to put there before.
  #checkOrder(sinks: readonly FenceSink[]): void {
    const highest = new Map<SyncObject, bigint>();
    for (const sink of sinks) {
      const place = pointOf(sink);
      if (place === undefined || place.point === 0n || !place.object.ordered) continue;
      const { object, point } = place;
      const before = highest.get(object) ?? this.#points.get(object)?.highest ?? 0n;
      if (point <= before) {
        throw new SignalboxError(
          "EINVAL",
          `[SyncObject "${object.name}"] is ordered: the batch signals ${before} before, so ${point} is out of order`,
        );
      }
      highest.set(object, point);
    }
  }

  #note(sink: FenceSink, job: Job): void {
    const place = pointOf(sink);
    if (place === undefined) return;
    const { object, point } = place;
    let points = this.#points.get(object);
    if (points === undefined) this.#points.set(object, (points = { jobs: new Map(), highest: 0n }));
    points.jobs.set(point, job);
    if (point > points.highest) points.highest = point;
  }
}

function checkEmpty(slot: Slot, name: string): void {
  if (slot._job._state !== FRESH)
    throw new SignalboxError("EINVAL", `${name} can't be filled: the job is ${slot._job.state}`);
  if (slot._fences !== null) throw new SignalboxError("EINVAL", `${name} was filled already`);
}

/** All of them or none. */
function prepareAll(sinks: readonly FenceSink[]): readonly PreparedSink[] {
  const prepared: PreparedSink[] = [];
  try {
    for (const sink of sinks) prepared.push(sink._prepare());
  } catch (error) {
    for (const each of prepared.reverse()) each._drop();
    throw error;
  }
  return prepared;
}

/** A sync point, known by its shape, so that a program without sync objects doesn't carry them. */
function pointOf(place: FenceSource | FenceSink): Pick<SyncPoint, "object" | "point"> | undefined {
  const { object, point } = place as Partial<SyncPoint>;
  return object === undefined || point === undefined ? undefined : { object, point };
}
