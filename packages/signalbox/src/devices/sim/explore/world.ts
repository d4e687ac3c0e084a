/**
 * The world of one run: what a scenario is built of, and the judge that watches it.
 *
 * States: building (the scenario adds devices and actors) -> running (an execution takes steps) -> over.
 */
import { hooks } from "../../../hooks.ts";
import type { LockdepHooks, Tracer } from "../../../hooks.ts";
import type { CoreSite, FaultSites } from "../../../faults.ts";
import type { DriverFence } from "../../../fence/driver-fence.ts";
import { insideDelivery } from "../../../fence/delivery.ts";
import type { Fence } from "../../../fence/fence.ts";
import { Timeline } from "../../../fence/timeline.ts";
import type { Driver, JobSpec } from "../../../driver.ts";
import type { Job } from "../../../queue/job.ts";
import { insideSection } from "../../../signalling/section.ts";
import { ExploredDevice } from "../hardware/explored-device.ts";
import type { DeviceWatcher, ExploredDeviceOptions } from "../hardware/explored-device.ts";
import type { HardwareRing } from "../hardware/hardware-ring.ts";
import { ContextDepth } from "../judge/contexts.ts";
import { Listeners } from "../judge/listeners.ts";
import { Paths } from "../judge/paths.ts";
import { WatchedRegistration } from "../judge/registrations.ts";
import type { Notes, Violation } from "../judge/verdict.ts";
import { WatchedDriver } from "../judge/watched-driver.ts";
import { Actor, until } from "./actor.ts";
import type { ActorBody, Until } from "./actor.ts";
import { CORE } from "./footprint.ts";
import type { Lane, WayKind } from "./lane.ts";
import { ExploringPlatform } from "./platform.ts";
import { InjectedFault } from "./scenario.ts";
import type { FaultSite } from "./scenario.ts";

/** What a world needs of the execution that it is in. */
export interface WorldOptions {
  readonly seed: number;
  readonly faults: ReadonlySet<FaultSite>;
  /** How many faults may happen in the run. */
  readonly faultBudget: number;
  /** The sites of the core that are switched on. */
  readonly sites: ReadonlySet<CoreSite>;
  /** How often they may strike; undefined where each time is one of the faults. */
  readonly strikeBudget: number | undefined;
  /** One of several ways. */
  readonly data: (what: string, count: number, kind: WayKind) => number;
  /** The present step touches these. */
  readonly touch: (resources: number) => void;
  readonly tell: ((sentence: string) => void) | null;
}

/** What a scenario is built of; see the head of this file. */
export class World implements DeviceWatcher {
  /** Its clock and its chance. */
  readonly platform: ExploringPlatform;
  /** @internal */ readonly _lanes: Lane[];
  /** @internal */ readonly _paths: Paths;
  /** @internal */ readonly _notes: Notes;
  /** @internal */ readonly _violations: Violation[] = [];
  /** @internal The sites of the core that struck. */ readonly _strikes: CoreSite[] = [];
  /** @internal */ _ringCount = 0;
  readonly #options: WorldOptions;
  readonly #actors: Actor[] = [];
  readonly #registrations: WatchedRegistration[] = [];
  readonly #listeners: Listeners;
  readonly #timelines = new Map<string, Timeline>();
  readonly #tracerBefore: Tracer | null;
  readonly #lockdepBefore: LockdepHooks | null;
  readonly #sitesBefore: FaultSites | null;
  readonly #contexts: ContextDepth;
  #faults = 0;
  /** Whether who submits now stands that it is refused. */
  #refusable = false;

  /** @internal */
  constructor(options: WorldOptions) {
    this.#options = options;
    this._notes = {
      broken: (promise, sentence) => void this._violations.push({ promise, sentence }),
      tell: options.tell,
    };
    this.#listeners = new Listeners(this._notes);
    this.platform = new ExploringPlatform(
      options.seed,
      (what, count) => this.choose(what, count),
      () => this.fault("timer is early"),
    );
    this._lanes = [...this.platform._lanes];
    this.#tracerBefore = hooks.tracer;
    this._paths = new Paths(this._notes, () => this.platform.now());
    hooks.tracer = this._paths;
    this.#lockdepBefore = hooks.lockdep;
    this.#contexts = new ContextDepth(this._notes);
    hooks.lockdep = this.#contexts;
    this.#sitesBefore = hooks.faults;
    hooks.faults = options.sites.size === 0 ? null : { strikes: (site) => this.#strikes(site) };
  }

  /**
   * Somebody who does something beside everybody else, in steps: what its body does between two `yield`s. What is yielded are
   * the words for what comes next, or what has to hold before it does.
   *
   * @example
   * ```ts
   * world.actor("closer", function* () {
   *   yield "destroys the queue";
   *   void queue.destroy();
   *   yield until("sees it inactive", () => queue.state === "inactive");
   * });
   * ```
   */
  actor(name: string, body: ActorBody): void {
    const actor = new Actor(name, body, CORE);
    this.#actors.push(actor);
    this._lanes.push(actor);
  }

  /** A simulated device whose jobs finish when the run chooses. */
  device(name: string, options: ExploredDeviceOptions = {}): ExploredDevice {
    return new ExploredDevice(this, name, options);
  }

  /** A driver of the scenario's own, watched and given the faults of drivers: to put a `Ring` on, with `platform`. */
  watch<Spec extends JobSpec>(driver: Driver<Spec>): Driver<Spec> {
    return new WatchedDriver(this, driver);
  }

  /** The next fence of a timeline with this name: for the scenario to signal. */
  fence(timeline: string): DriverFence {
    let present = this.#timelines.get(timeline);
    if (present === undefined) {
      present = new Timeline(timeline, { driver: "scenario", platform: this.platform });
      this.#timelines.set(timeline, present);
    }
    return present.fence();
  }

  /**
   * What an actor yields to go on after so many ms of the run's clock, counted from the step that comes to it.
   *
   * @example `yield world.after(4, "submits one more behind the hung one");`
   */
  after(ms: number, what: string): Until {
    let over = false;
    this.platform.setTimer(() => (over = true), ms);
    return until(`${what}, ${ms} ms later`, () => over);
  }

  /** A watched registration on a fence, which does what `then` says when it acts (SIGNALLING: it may cancel others, and no more). */
  register(name: string, fence: Fence, then: () => void = () => {}): WatchedRegistration {
    const registration = new WatchedRegistration(this._notes, name, fence, () => {
      then();
      if (this.fault("listener throws")) throw new InjectedFault("listener throws");
    });
    this.#registrations.push(registration);
    return registration;
  }

  /** One of `count` ways to go on, as a number from 0; the run goes all of them, one after the other or by chance. */
  choose(what: string, count: number): number {
    return count === 1 ? 0 : this.#options.data(what, count, "way");
  }

  /** Whether this site misbehaves now: never, unless the run injects faults there and has one left. */
  fault(site: FaultSite): boolean {
    if (this.#faults >= this.#options.faultBudget || !this.#options.faults.has(site)) return false;
    if (this.#options.data(site, 2, "fault") === 0) return false;
    this.#faults++;
    this._notes.tell?.(`FAULT: ${site}`);
    return true;
  }

  /** Submits, and stands that arming a job throws for want of memory: only in here does that site of the core strike. */
  refusable(body: () => void): void {
    this.#refusable = true;
    try {
      body();
    } finally {
      this.#refusable = false;
    }
  }

  /** Whether this site of the core has struck in this run. */
  struck(site: CoreSite): boolean {
    return this._strikes.includes(site);
  }

  // What is chosen here is known beyond the step that it is in by its place among what was asked there (footprint.ts).
  #strikes(site: CoreSite): boolean {
    const { sites, strikeBudget, faultBudget } = this.#options;
    if (!sites.has(site) || (site === "arm throws" && !this.#refusable)) return false;
    if (strikeBudget === undefined ? this.#faults >= faultBudget : this._strikes.length >= strikeBudget) return false;
    if (this.#options.data(`core: ${site}`, 2, "site") === 0) return false;
    if (strikeBudget === undefined) this.#faults++;
    this._strikes.push(site);
    this._notes.tell?.(`SITE of the core: ${site}`);
    if (site === "arm throws") throw new InjectedFault(site);
    return true;
  }

  /** Something that may go wrong at any time, once: where the run injects this fault, and has one left. */
  misfortune(site: FaultSite, body: () => void): void {
    if (!this.#options.faults.has(site)) return;
    let over = false;
    this._lanes.push({
      name: "misfortune",
      touches: CORE,
      optional: true,
      enabled: () => !over && this.#faults < this.#options.faultBudget,
      describe: () => `strikes: ${site}`,
      take: () => {
        over = true;
        this.#faults++;
        body();
      },
    });
  }

  /** The job must wait for this fence, as the scenario means it; the judge holds the core to that, whatever the core was told (promise 4). */
  expects(job: Job<never> | Job, fence: Fence): void {
    this._paths.expect(job, fence);
  }

  /** A check of the scenario's own. */
  check(holds: boolean, sentence: string): void {
    if (!holds) this._notes.broken(0, sentence);
  }

  /** Something for the story. */
  tell(sentence: string): void {
    this._notes.tell?.(sentence);
  }

  /** @internal */
  _add(lane: Lane): void {
    this._lanes.push(lane);
  }

  /** @internal */
  _addRing(ring: HardwareRing): void {
    this._ringCount++;
    this._lanes.push(ring);
  }

  /** @internal */
  _touch(resources: number): void {
    this.#options.touch(resources);
  }

  /** @internal After each step. */
  _check(): void {
    // Promise 7.
    if (insideDelivery()) this._notes.broken(7, "a delivery is left open");
    if (insideSection()) this._notes.broken(7, "a section is left open");
    this.#contexts.check();
    this._paths.balance.check();
    // Whoever is told of what is published must not register then.
    for (const { job, name } of this._paths.takePublished()) this.#listeners.listen(job, name);
  }

  /** @internal When nothing is left to happen. */
  _checkEnd(): void {
    for (const actor of this.#actors)
      if (actor.waitsFor !== undefined) this._notes.broken(1, `${actor.name} waits for ever: ${actor.waitsFor}`);
    this._paths.balance.checkEnd();
    for (const registration of this.#registrations) registration._checkEnd();
    this.#listeners.checkEnd();
  }

  /** @internal Nobody listens any more. */
  _end(): void {
    hooks.tracer = this.#tracerBefore;
    hooks.lockdep = this.#lockdepBefore;
    hooks.faults = this.#sitesBefore;
  }
}
