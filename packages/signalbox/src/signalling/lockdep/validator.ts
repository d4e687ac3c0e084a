/**
 * The validator: listens to what the core does, and to what programs declare, and holds both to the discipline of signalling.
 *
 * Invariants: it takes notes and nothing else: it never throws, waits or submits, and the one thing it signals is what nobody else can
 * any more (leaks.ts). A breach is told once: per pair of classes for an order, per place in the program for anything else.
 */
import type { DriverFence } from "../../fence/driver-fence.ts";
import type { Fence } from "../../fence/fence.ts";
import { POST, Registration } from "../../fence/registration.ts";
import { Timeline } from "../../fence/timeline.ts";
import type { TurnKeeper } from "../../fence/turns.ts";
import { describe } from "../../fence/words.ts";
import type { ContextStore } from "../../platform/async-context.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "../../queue/job.ts";
import type { ReservationTicket } from "../../sync/reservation/ticket.ts";
import type { AwaitedThing, ContextKind, Dependence, HandedOn, LockdepHooks, Opened } from "../../hooks.ts";
import { Contexts } from "./contexts.ts";
import type { Frame } from "./contexts.ts";
import { DroppedThings } from "./dropped.ts";
import type { Dropped } from "./dropped.ts";
import { DroppedJobs } from "./dropped-jobs.ts";
import { FenceCycles, promiseText } from "./fence-cycles.ts";
import { Findings, contextName } from "./findings.ts";
import { last } from "./last.ts";
import { Leaks } from "./leaks.ts";
import type { Leak } from "./leaks.ts";
import { Order } from "./order.ts";
import { OrderClass, fences } from "./order-class.ts";
import type { Held } from "./order-class.ts";
import { step } from "./report.ts";
import type { Chain, Report } from "./report.ts";
import { Origins } from "./origins.ts";
import { ReservationOrder } from "./reservation-order.ts";
import { Site } from "./site.ts";
import { Tasks } from "./tasks.ts";
import type { BegunTask, Task } from "./tasks.ts";

/** What the validator is made of. */
export interface ValidatorOptions {
  readonly store: ContextStore<Task>;
  readonly clock: Platform;
  /** In ms. */
  readonly registrationBudget: number;
  readonly report: (report: Report) => void;
}

/** Something wanted, until it is released: the token by which a declared lock is followed where nothing else can. */
export interface Hold {
  task: Task;
  held: Held | null;
}

export class Validator implements LockdepHooks {
  readonly tasks: Tasks;
  /** For `hooks.locks`. */
  readonly locks: ReservationOrder;
  readonly #contexts: Contexts;
  readonly #findings: Findings;
  readonly #order: Order;
  readonly #cycles = new FenceCycles();
  readonly #origins = new Origins();
  readonly #leaks: Leaks;
  readonly #dropped: DroppedThings;
  readonly #jobs: DroppedJobs;
  readonly #clock: Platform;
  readonly #budget: number;
  /** What the work items that run are ended with, innermost last. */
  readonly #work: BegunTask[] = [];
  readonly #workers = new WeakMap<object, OrderClass>();
  /** A program may have as many queues as it likes, one after the other. */
  readonly #workerGone = new FinalizationRegistry<OrderClass>((of) => this.#order.forget(of));
  #workerCount = 0;

  constructor({ store, clock, registrationBudget, report }: ValidatorOptions) {
    this.#clock = clock;
    this.#budget = registrationBudget;
    this.tasks = new Tasks(store);
    this.#contexts = new Contexts((open, leaving) => this.#wasLeftOpen(open, leaving));
    this.#findings = new Findings(this.#contexts, this.#origins, report);
    this.#order = new Order(this.tasks, this.#contexts, this.#findings);
    this.locks = new ReservationOrder(this.tasks, this.#order);
    this.#leaks = new Leaks((leak) => this.#leaked(leak));
    this.#dropped = new DroppedThings((dropped) => this.#wasDropped(dropped));
    this.#jobs = new DroppedJobs(this.#findings);
  }

  /** Hears and tells nothing any more. */
  end(): void {
    this.#findings.end();
    this.#leaks.end();
    this.#dropped.end();
    this.#jobs.end();
    this.tasks.close();
  }

  entered(kind: ContextKind, subject: object | null, owes?: Fence): void {
    const registration = kind === "registration";
    if (registration && this.#contexts.registering) {
      const message = "a registration acts while another one does";
      this.#findings.breach({ rule: "registration-reentry", message, doing: "acting" });
    }
    if (kind === "work") this.#work.push(this.tasks.begin(this.#workHeld(subject)));
    this.#contexts.enter(
      kind,
      subject,
      this.#budget !== Infinity && runsForeignCode(subject) ? this.#clock.now() : null,
      owes ?? null,
    );
  }

  left(kind: ContextKind): void {
    const frame = this.#contexts.leave(kind);
    if (frame === undefined) return;
    const work = kind === "work" ? this.#work.pop() : undefined;
    if (work !== undefined) this.tasks.end(work);
    if (frame.since !== null) this.#checkBudget(this.#clock.now() - frame.since);
  }

  answeredPromise(kind: ContextKind): void {
    const message = `the body of ${contextName(kind)} answered a promise: what it awaits comes after its end`;
    this.#findings.breach({ rule: "section-await", message, doing: "answering a promise", context: kind });
  }

  threw(error: unknown): void {
    const message = `a registration threw: ${error instanceof Error ? error.message : String(error)}`;
    this.#findings.breach({
      rule: "registration-throw",
      message,
      doing: "acting",
      context: "registration",
      cause: error,
    });
  }

  waits(fence: Fence): void {
    const name = `fence ${describe(fence)}`;
    const key = `wait ${fence.timelineName}`;
    this.#order.want({ of: fences, name, doing: `waiting for ${name}`, key, rule: "section-wait" });
  }

  waitsFor(what: AwaitedThing, subject: object, name: string): void {
    if (what === "worker") {
      this.workerWanted(this.#worker(subject, name));
      return;
    }
    const called = what === "point" ? name : `${what === "end" ? "the end of queue" : what} "${name}"`;
    const doing = `waiting for ${called}`;
    // A queue and a reservation are idle when their fences have signalled. A completion can be anybody's, and so can a point.
    if (what === "completion" || what === "point") this.#order.forbid("section-wait", doing);
    else this.#order.want({ of: fences, name: called, doing, key: doing, rule: "section-wait" });
  }

  blocks(what: string): void {
    this.#order.forbid("section-block", `blocking this thread ${what}`);
  }

  jobMade(job: Job): void {
    this.#jobs.made(job);
  }

  submits(jobs: readonly Job[] | Job | null): void {
    this.#jobs.offered(jobs);
    this.#order.forbid("section-submit", "submitting");
  }

  arms(job: Job): void {
    this.#jobs.offered(job);
  }

  refused(job: Job | null): void {
    this.#jobs.refused(job);
  }

  leftArmed(jobs: readonly Fence[]): void {
    const message = `armed and never pushed: ${jobs.map(describe).join(", ")}`;
    const doing = "leaving the submission";
    this.#findings.breach({ rule: "leak-armed-job", message, doing, context: "submission" });
  }

  /** A declared lock is wanted, and will be waited for if need be. */
  lockWanted(of: OrderClass): Hold {
    this.#order.wantClass(of, "taking", of.kind === "spin lock" ? null : "section-lock");
    return { task: this.tasks.forWanting(), held: null };
  }

  /** A declared lock was taken; without a hold, it was free. */
  lockTaken(of: OrderClass, hold: Hold | null): Hold {
    const taken = hold ?? { task: this.tasks.forWanting(), held: null };
    if (taken.held !== null) return taken;
    // Wanted by what has come to its end meanwhile, and taken by something that it started.
    if (taken.task.over) taken.task = this.tasks.forWanting();
    taken.held = { of, name: of.name, site: Site.here() };
    this.tasks.take(taken.task, taken.held);
    return taken;
  }

  lockReleased(hold: Hold): void {
    if (hold.held !== null) this.tasks.release(hold.task, hold.held);
    hold.held = null;
  }

  /** Something is about to be taken from a declared pool, and waited for if there is none. */
  takes(of: OrderClass): void {
    this.#order.wantClass(of, "taking from", of.signals ? "section-pool" : null);
  }

  /** Runs a body that refills a pool. */
  refilling<T>(of: OrderClass, body: () => T): T {
    this.#order.wantClass(of, "refilling", of.signals ? "section-pool" : null);
    return this.tasks.run([{ of, name: of.name, site: Site.here() }], body);
  }

  /** Runs a body as the work of these workers, an outer one first. */
  working<T>(workers: readonly OrderClass[], body: () => T): T {
    const site = Site.here();
    const held = workers.map((of) => ({ of, name: of.name, site }));
    return this.tasks.runAlone(held, body);
  }

  workerWanted(of: OrderClass): void {
    const doing = `waiting for ${of.toString()}`;
    const held = this.tasks.heldBy(this.tasks.present);
    const from = last(held, ({ of: holding }) => holding.kind === "worker" && holding.signals);
    if (from !== undefined && !of.signals) {
      const message = `${from.of.toString()}, which signals fences, waits for ${of.toString()}, which may wait for them`;
      this.#findings.breach({ rule: "worker-order", message, doing });
    }
    this.#order.want({ of, name: of.name, doing, key: doing, rule: "section-wait" });
  }

  ticketDrawn(ticket: ReservationTicket, alone: boolean): void {
    this.locks.ticketDrawn(ticket, alone);
  }

  ticketLeft(ticket: ReservationTicket): void {
    this.locks.ticketLeft(ticket);
  }

  ticketOver(ticket: ReservationTicket): void {
    this.locks.ticketOver(ticket);
  }

  made(handle: DriverFence, timeline: TurnKeeper): void {
    if (timeline instanceof Timeline) this.#cycles.inOrder(handle.fence);
    this.#leaks.made(handle, timeline);
  }

  signalled(fence: Fence): void {
    this.#cycles.signalled(fence);
    this.#origins.signalled(fence);
    this.#leaks.signalled(fence);
  }

  signalledByHandle(timeline: TurnKeeper): void {
    this.#leaks.signalledByHandle(timeline);
  }

  swept(timeline: TurnKeeper): void {
    this.#leaks.swept(timeline);
  }

  dependsOn(waiter: Fence, on: Fence, why: Dependence, registration?: Registration): void {
    if (why === "obligation") this.#origins.carried(waiter, on);
    const cycle = this.#cycles.add(waiter, on, why, registration);
    if (cycle === null) return;
    this.#findings.tell({
      rule: "fence-cycle",
      message: `fence ${describe(waiter)} would wait for ${describe(on)}, which waits for it`,
      context: this.#findings.context,
      chains: [
        { title: "now", steps: [cycle.now] },
        { title: "but", steps: cycle.back },
      ],
    });
  }

  registered(registration: Registration, fence: Fence): void {
    this.#leaks.registered(registration, fence);
  }

  opened(what: Opened, subject: object, name: string, unended: (() => number) | null): void {
    this.#dropped.opened(what, subject, name, unended);
  }

  closed(subject: object): void {
    this.#dropped.closed(subject);
  }

  unregistered(registration: Registration): void {
    this.#leaks.unregistered(registration);
    this.#cycles.unregistered(registration);
  }

  transferred(fence: Fence, to: object, name: string): void {
    const of = this.#worker(to, name);
    this.#origins.handedOn(fence, of);
    this.#order.owedTo(of, `handing the obligation for ${describe(fence)} on to ${of.toString()}`);
  }

  sends(to: string): HandedOn {
    return this.#origins.sent(to);
  }

  received(fence: Fence, from: HandedOn): void {
    this.#leaks.received(fence, this.#origins.received(fence, from));
  }

  promised(fence: Fence, reason: string): void {
    this.#leaks.promised(fence, reason);
    this.#cycles.promised(fence, reason);
  }

  wrongProof(name: string): void {
    const message = `the body that owes "${name}" answered no proof, or another's`;
    this.#findings.breach({ rule: "obligation-proof", message, doing: "answering", context: "section" });
  }

  /** @internal For tests: how many pairs of classes are remembered. */
  get _pairs(): number {
    return this.#order._pairs;
  }

  // The class of something that runs what is handed to it.
  #worker(subject: object, name: string): OrderClass {
    let of = this.#workers.get(subject);
    if (of === undefined) {
      of = new OrderClass("worker", name === "" ? `work queue ${++this.#workerCount}` : name);
      this.#workers.set(subject, of);
      this.#workerGone.register(subject, of);
    }
    return of;
  }

  #workHeld(queue: object | null): readonly Held[] {
    if (queue === null) return [];
    const of = this.#worker(queue, "");
    return [{ of, name: of.name, site: null }];
  }

  #wasLeftOpen({ kind, site }: Frame, leaving: ContextKind | null): void {
    const chains: Chain[] = [{ title: "before", steps: [step(`${contextName(kind)} was entered`, site)] }];
    let place = site;
    if (leaving !== null) {
      const now = Site.here();
      chains.unshift({ title: "now", steps: [step(`leaving ${contextName(leaving)} around it`, now)] });
      place ??= now;
    }
    // One place is told of once, whatever was open there.
    if (!this.#findings.firstTime(["section-balance", place === null ? kind : ""], place)) return;
    const message = `${contextName(kind)} was entered and not left`;
    this.#findings.tell({ rule: "section-balance", message, context: kind, chains });
  }

  #checkBudget(took: number): void {
    if (took <= this.#budget) return;
    const message = `a registration took ${took.toFixed(1)} ms, and may take ${this.#budget} ms`;
    this.#findings.breach({ rule: "registration-budget", message, doing: "acting", context: "registration" });
  }

  #wasDropped({ what, name, unended, site }: Dropped): void {
    const jobs = unended === 1 ? "one job that has" : `${unended} jobs that have`;
    this.#findings.tell({
      rule: what === "queue" ? "leak-queue" : "leak-device",
      message:
        what === "queue"
          ? `[Queue "${name}"] was dropped with ${jobs} not ended, and nobody is left to end ${unended === 1 ? "it" : "them"}`
          : `[Device "${name}"] was dropped and never closed`,
      context: null,
      chains: [{ title: "before", steps: [step("it was opened", site)] }],
    });
  }

  #leaked(leak: Leak): void {
    const { name, site } = leak;
    const driver = leak.kind === "driver fence";
    const steps = [step(driver ? "the fence was made" : "it was registered", site)];
    if (driver && leak.promise !== null) steps.push(step(`its signal was ${promiseText(leak.promise)}`, null));
    if (driver && leak.origin !== null) steps.unshift(leak.origin);
    this.#findings.tell({
      rule: driver ? "leak-driver-fence" : "leak-registration",
      message: driver
        ? `the driver fence of ${name} was dropped unsignalled`
        : `fence ${name} was collected unsignalled, with a registration on it that will never run`,
      context: null,
      chains: [{ title: "before", steps }],
    });
  }
}

// The other kinds are the core's own, and as long as it takes: one may signal a whole timeline.
function runsForeignCode(subject: object | null): boolean {
  return subject instanceof Registration && subject._kind === POST;
}
