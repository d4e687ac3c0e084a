/**
 * Replays what a kernel's lockdep was asked through the validator: locks as declared locks, reservations as themselves,
 * allocation as taking from a pool that fences refill, flushing as waiting for a worker, tasks as tasks.
 *
 * How the kernel's words are ours:
 * - A mutex and an rwsem: a declared lock; both sides of an rwsem are one class there as here. mmap_lock: one that is known to be
 *   wanted before reservations. A spinlock: a spin lock; an acquire context: a ticket.
 * - GFP_KERNEL enters reclaim, and reclaim what NOFS and NOIO also enter (`mmu_notifier`): two pools, the first known to be
 *   before the second. NOWAIT and ATOMIC: taking if there is something.
 * - An interrupt: a delivery. `begin` in one, or under a spinlock, does nothing there (L3), so it isn't done here.
 * - Sleeping: blocking the thread. `might_sleep`: the same, as far as being allowed goes.
 * - Workqueues: ordered ones, so that who waits for an item waits for the queue; WQ_MEM_RECLAIM: a worker to which fences are
 *   owed.
 *
 * What can't be said: that an interrupt comes while a spinlock is held, since nothing interrupts a program here.
 */
import type { Fence } from "../../../src/fence/fence.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { declareLock, declarePool, declareWorker } from "../../../src/signalling/lockdep/declared.ts";
import type { LockClass, WorkerClass } from "../../../src/signalling/lockdep/declared.ts";
import { disableLockdep, enableLockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Report } from "../../../src/signalling/lockdep/report.ts";
import type { Validator } from "../../../src/signalling/lockdep/validator.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import { ReservationTicket } from "../../../src/sync/reservation/ticket.ts";
import type { LockdepLine, LockdepTask } from "./lockdep-format.ts";

/** Where ours complained. */
export interface OurComplaint {
  readonly task: number;
  readonly op: number;
  readonly report: Report;
}

/** What we say to a line. */
export interface LockdepAnswer {
  /** Operations that can't be said here, and why; then nothing was replayed. */
  readonly inexpressible: string | null;
  /** The first complaint of a kind that the kernel has as well. */
  readonly complaint: OurComplaint | null;
  /** What the kernel has no complaint for, by class (see {@link moreClasses}); also after the first complaint. */
  readonly more: readonly (OurComplaint & { readonly class: MoreClass })[];
}

/** What we complain about and the kernel doesn't, each with the reason. */
export const moreClasses = {
  "wait in a section":
    "L4: the kernel's wait steps out of the section, so that it is not seen; who waits where a fence is owed may wait for that very fence",
  "lock in a section":
    "a kernel's mutex may be taken in a section if nobody holds it over a wait; ours is awaited, and a section is synchronous",
  "sleep in a section":
    "a kernel's section may sleep for a bounded time; here that blocks the thread that runs everything else",
} as const;

/** A name of {@link moreClasses}. */
export type MoreClass = keyof typeof moreClasses;

/** Replays one line in a validator of its own. */
export function replayLockdep(line: LockdepLine): LockdepAnswer {
  const inexpressible = whyInexpressible(line.tasks);
  if (inexpressible !== null) return { inexpressible, complaint: null, more: [] };
  disableLockdep(); // Where one is on already: each line has a validator that remembers nothing.
  const lockdep = enableLockdep({ registrationBudget: Infinity });
  try {
    const world = new World(lockdep);
    let complaint: OurComplaint | null = null;
    const more: (OurComplaint & { readonly class: MoreClass })[] = [];
    for (const [task, each] of line.tasks.entries()) {
      world.run(each, (op) => {
        for (const report of lockdep.takeReports()) {
          const found = { task, op, report };
          const ours = moreClassOf(report);
          if (ours !== null) more.push({ ...found, class: ours });
          else complaint ??= found;
        }
      });
    }
    return { inexpressible: null, complaint, more };
  } finally {
    disableLockdep();
  }
}

/** How our answer compares. `missed`, `false` and `elsewhere` are failures. */
export type LockdepVerdict = "agree" | "more" | "missed" | "false" | "elsewhere" | "not expressible";

/** Compares an answer with the line's. */
export function judgeLockdep({ complaint: theirs }: LockdepLine, answer: LockdepAnswer): LockdepVerdict {
  if (answer.inexpressible !== null) return "not expressible";
  const ours = answer.complaint;
  if (theirs === null) {
    if (ours !== null) return "false";
    return answer.more.length > 0 ? "more" : "agree";
  }
  if (ours === null) return "missed";
  const same = ours.task === theirs.task && (theirs.op === undefined || theirs.op === ours.op);
  if (!same) return "elsewhere";
  return answer.more.some(({ task, op }) => task < ours.task || (task === ours.task && op < ours.op))
    ? "more"
    : "agree";
}

// An irq task that takes a spinlock, and a spinlock that is taken with interrupts on.
function whyInexpressible(tasks: readonly LockdepTask[]): string | null {
  const inIrq = tasks.some(({ context, ops }) => context === "irq" && ops.some((op) => /^i?s\d/.test(op)));
  const open = tasks.some(({ context, ops }) => context !== "irq" && ops.some((op) => /^s\d/.test(op)));
  return inIrq && open ? "an interrupt that comes while a spinlock is held" : null;
}

function moreClassOf({ rule, also, context }: Report): MoreClass | null {
  // The order is the kernel's affair; so is sleeping in an interrupt, or under a spinlock.
  if (also.length > 0 || context === "delivery" || context === "spin lock") return null;
  if (rule === "section-wait") return "wait in a section";
  if (rule === "section-lock") return "lock in a section";
  return rule === "section-block" ? "sleep in a section" : null;
}

/** The locks, pools and workers of one line. */
class World {
  readonly #lockdep: Lockdep;
  readonly #locks = new Map<string, LockClass>();
  readonly #reservations = new Map<string, Reservation>();
  readonly #works = new Map<string, WorkerClass>();
  readonly #noio = declarePool("mmu_notifier", { refilledByFences: true });
  readonly #memory = declarePool("fs_reclaim", { refilledByFences: true, before: [this.#noio] });
  readonly #plain = declareWorker("plain workqueue");
  readonly #reclaim = declareWorker("workqueue for reclaim", { signals: true });
  readonly #driver = new Timeline("lab").fence();

  constructor(lockdep: Lockdep) {
    this.#lockdep = lockdep;
  }

  run({ context, ops }: LockdepTask, after: (op: number) => void): void {
    const body = (): void => new TaskRun(this, context === "irq").steps(ops, after);
    if (context === "thread") this.#lockdep.task(body);
    else if (context === "irq") this.#lockdep.task(() => inside(this.validator, "delivery", body));
    else this.work(context).run(body);
  }

  lock(name: string): LockClass {
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = declareLock(name, name === "mmap" ? { before: ["reservations"] } : { spin: name.startsWith("s") });
      this.#locks.set(name, lock);
    }
    return lock;
  }

  reservation(name: string): Reservation {
    let reservation = this.#reservations.get(name);
    if (reservation === undefined) {
      reservation = new Reservation(name);
      this.#reservations.set(name, reservation);
    }
    return reservation;
  }

  work(name: string): WorkerClass {
    let work = this.#works.get(name);
    if (work === undefined) {
      work = declareWorker(name, { within: this.workqueue(name), signals: isForReclaim(name) });
      this.#works.set(name, work);
    }
    return work;
  }

  workqueue(name: string): WorkerClass {
    return isForReclaim(name) ? this.#reclaim : this.#plain;
  }

  allocate(kind: string): void {
    if (kind === "K") this.#memory.taking();
    if (kind === "K" || kind === "FS" || kind === "IO") this.#noio.taking();
    else this.#memory.tryTaking();
  }

  refill(body: () => void): void {
    this.#memory.refilling(body);
  }

  get validator(): Validator {
    return this.#lockdep._validator;
  }

  get fence(): Fence {
    return this.#driver.fence;
  }
}

/** One task, running. */
class TaskRun {
  readonly #world: World;
  readonly #irq: boolean;
  #spinning = 0;
  readonly #entered: boolean[] = [];
  #acquire: ReservationTicket | null = null;
  readonly #tickets = new Map<string, ReservationTicket>();

  constructor(world: World, irq: boolean) {
    this.#world = world;
    this.#irq = irq;
  }

  steps(ops: readonly string[], after: (op: number) => void, from = 0): void {
    for (let at = from; at < ops.length; at++) {
      const op = ops[at]!;
      if (op === "reclaim") {
        const end = ops.indexOf("-reclaim", at);
        if (end < 0) throw new Error("Reclaim is begun and not ended");
        this.#world.refill(() => {
          after(at);
          this.steps(ops.slice(0, end), after, at + 1);
        });
        at = end;
      } else {
        this.#step(op);
      }
      after(at);
    }
  }

  #step(op: string): void {
    const [, minus = "", verb = "", rest = ""] =
      /^(-?)((?:i?s|tm|m|rd|wr|c?resv|flush|drain)(?=\d)|alloc)?(.*)$/.exec(op) ?? [];
    const release = minus === "-";
    if (verb === "") this.#plainStep(op);
    else if (verb === "resv" || verb === "cresv") this.#reservation(release, verb, rest);
    else if (verb === "alloc") this.#world.allocate(rest);
    else if (verb === "flush") this.#world.work(`work${rest}`).waiting();
    else if (verb === "drain") this.#world.workqueue(`work${rest}`).waiting();
    else this.#lock(release, verb, rest);
  }

  #plainStep(op: string): void {
    const { validator, fence } = this.#world;
    const steps: Readonly<Record<string, () => void>> = {
      mmap: () => this.#take("mmap"),
      "-mmap": () => this.#world.lock("mmap").released(),
      begin: () => this.#begin(),
      end: () => this.#end(),
      wait: () => validator.waits(fence),
      sleep: () => validator.blocks("for a while"),
      mightsleep: () => validator.blocks("for a while"),
      ctx: () => this.#draw(),
      "-ctx": () => this.#drop(),
      signal: () => inside(validator, "delivery", () => {}),
      rwait: () => {}, // An empty reservation: there is nothing to wait for.
    };
    const step = steps[op];
    if (step === undefined) throw new Error(`The replay doesn't know the operation "${op}"`);
    step();
  }

  #lock(release: boolean, verb: string, rest: string): void {
    const name = verb === "rd" || verb === "wr" ? `rw${rest}` : `${verb.at(-1) ?? ""}${rest}`;
    if (verb.endsWith("s")) this.#spinning += release ? -1 : 1;
    if (release) this.#world.lock(name).released();
    else if (verb === "tm") this.#world.lock(name).taken();
    else this.#take(name);
  }

  #take(name: string): void {
    const lock = this.#world.lock(name);
    lock.wanted();
    lock.taken();
  }

  #draw(): void {
    this.#acquire = new ReservationTicket("ctx", null);
    this.#world.validator.ticketDrawn(this.#acquire, false);
  }

  #drop(): void {
    if (this.#acquire !== null) this.#world.validator.ticketOver(this.#acquire);
    this.#acquire = null;
  }

  #reservation(release: boolean, verb: string, rest: string): void {
    const { locks } = this.#world.validator;
    const reservation = this.#world.reservation(rest);
    if (release) {
      const ticket = this.#tickets.get(rest);
      if (ticket !== undefined) locks.lockReleased(reservation, ticket);
      return;
    }
    const ticket = (verb === "cresv" ? this.#acquire : null) ?? new ReservationTicket(undefined, null);
    this.#tickets.set(rest, ticket);
    locks.lockWanted(reservation, ticket);
    locks.lockTaken(reservation, ticket);
  }

  #begin(): void {
    const really = !this.#irq && this.#spinning === 0;
    this.#entered.push(really);
    if (really) this.#world.validator.entered("section", null);
  }

  #end(): void {
    if (this.#entered.pop() === true) this.#world.validator.left("section");
  }
}

function inside(validator: Validator, kind: "delivery", body: () => void): void {
  validator.entered(kind, null);
  try {
    body();
  } finally {
    validator.left(kind);
  }
}

function isForReclaim(work: string): boolean {
  return Number(work.replace(/\D/g, "")) % 2 === 1;
}
