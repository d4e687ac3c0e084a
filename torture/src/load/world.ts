/**
 * The world of one round: a device, some queues on it, and what a program shares fences through; all that acts work with.
 *
 * States: open -> over (the device is closed and every gate is settled).
 *
 * Invariants:
 * - Whatever is submitted is entered in the books, and so is every queue that is opened.
 * - A gate is a fence that no job signals: each is settled before the round is over, and a job may wait for it until then.
 * - What a program waits for may fail; that nobody waits for ever is what counts.
 */
import { SyncObject, Reservation, Timeline, submit } from "signalbox";
import type { Device, DriverFence, Fence, Job, JobQueue, JobSpec } from "signalbox";
import { Books } from "../harness/books.ts";
import type { Ending } from "../harness/books.ts";
import type { Chance, Weighted } from "../harness/chance.ts";
import { within } from "../harness/patience.ts";

/** A kind of job: what a device is given to do. */
export interface JobKind<Spec extends JobSpec, W extends World<Spec> = World<Spec>> extends Weighted {
  /** What such a job does, as in "[Job] which ...". */
  readonly name: string;
  make(chance: Chance, world: W): { readonly spec: Spec } & Ending;
}

/** Something that happens to a device under load. */
export interface Act<W> extends Weighted {
  readonly name: string;
  perform(world: W, chance: Chance): void | Promise<void>;
}

/** What a world needs to know of its device. */
export interface WorldParts<Spec extends JobSpec> {
  readonly device: Device<Spec>;
  readonly kinds: readonly JobKind<Spec>[];
  /** Opens a queue with options by chance. */
  openQueue(name: string, chance: Chance): JobQueue<Spec>;
}

/** How long anything may take that must come to its end, in ms. Far more than it does: the machine may be busy. */
export const PATIENCE = 60_000;
/** How many jobs there may be that have not signalled, until the load waits. */
const BACKLOG = 120;

export class World<Spec extends JobSpec> {
  readonly device: Device<Spec>;
  readonly kinds: readonly JobKind<Spec>[];
  readonly books: Books<Spec> = new Books<Spec>();
  readonly timelines: readonly SyncObject[] = [0, 1].map((index) => new SyncObject({ name: `points ${index}` }));
  readonly reservations: readonly Reservation[] = [0, 1, 2].map((index) => new Reservation(`buffer ${index}`));
  /** What was submitted last, to depend on. */
  readonly recent: Fence[] = [];
  /** How often what was done. */
  readonly counts: Map<string, number> = new Map<string, number>();
  readonly #open: WorldParts<Spec>["openQueue"];
  readonly #queues: JobQueue<Spec>[] = [];
  readonly #gates: DriverFence[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #names = 0;

  constructor(parts: WorldParts<Spec>) {
    this.device = parts.device;
    this.kinds = parts.kinds;
    this.#open = (name, chance) => parts.openQueue(name, chance);
  }

  /** Whether the device takes queues. */
  get open(): boolean {
    return this.device.state === "open";
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** One of its queues that takes jobs: where one has ended another is opened. Not to be called unless the device is open. */
  queue(chance: Chance): JobQueue<Spec> {
    const index = chance.below(4);
    const found = this.#queues[index];
    if (found?.state === "usable") return found;
    const opened = this.#open(`queue ${++this.#names}`, chance);
    this.books.opened(opened);
    this.#queues[index] = opened;
    return opened;
  }

  /** Makes a job of this kind: what is to be given to `submit`. */
  job(kind: JobKind<Spec, never>, chance: Chance, base: JobSpec = {}): Entered<Spec> {
    const queue = this.queue(chance);
    const { spec, ...ending } = (kind as JobKind<Spec>).make(chance, this);
    const cost = Math.min(chance.below(3), queue.credits);
    const label = `${kind.name} ${++this.#names}`;
    const idempotent = spec.idempotent ?? chance.onceIn(2);
    return { queue, job: queue.job({ ...spec, ...base, cost, label, idempotent }), kind: kind.name, ending };
  }

  /** Submits all of these at once, and enters them. */
  submit(entered: readonly Entered<Spec>[]): void {
    const fences = submit(...entered.map(({ job }) => job));
    for (const { queue, job, kind, ending } of entered) {
      this.books.submitted(queue, job, kind, ending);
      this.count(`jobs: ${kind}`);
    }
    this.recent.push(...fences);
    if (this.recent.length > 24) this.recent.splice(0, this.recent.length - 24);
  }

  /** A fence that is settled later by an act. */
  gate(): Fence {
    const gate = new Timeline("gate").fence();
    this.#gates.push(gate);
    return gate.fence;
  }

  /** Settles the oldest gates, this many of them, or all. */
  settleGates(settle: (gate: DriverFence) => void, count: number = Infinity): void {
    for (const gate of this.#gates.splice(0, Math.min(count, this.#gates.length))) settle(gate);
  }

  /** Something is under way that must come to its end, whatever that is. */
  expect(what: string, work: PromiseLike<unknown>): void {
    const watched = within(
      PATIENCE,
      what,
      work.then(undefined, () => undefined),
    ).finally(() => {
      this.#pending.delete(watched);
    });
    watched.catch(() => undefined); // Who awaits `settled` hears of it.
    this.#pending.add(watched);
  }

  /** Waits until there is room for more. */
  async room(): Promise<void> {
    if (this.books.outstanding().length < BACKLOG) return;
    this.settleGates((gate) => gate.signal());
    const ends = this.books.outstanding().map((job) => job.wait().catch(() => undefined));
    await within(PATIENCE, () => `a backlog of ${ends.length} jobs (${this.describe()})`, Promise.all(ends));
  }

  /** How things stand, for who wonders why nothing moves. */
  describe(): string {
    const left = this.books.outstanding();
    const some = left.slice(0, 6).map((job) => `${job.label} of ${job.queueName} is ${job.stage}`);
    return `the device is ${this.device.state}, ${left.length} jobs have not signalled: ${some.join(", ")}`;
  }

  /** Resolves when everything that was expected has come to its end. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }
}

/** A job that is about to be submitted. */
export interface Entered<Spec extends JobSpec> {
  readonly queue: JobQueue<Spec>;
  readonly job: Job<unknown, Spec>;
  readonly kind: string;
  readonly ending: Ending;
}
