/**
 * An execution: one run of a scenario, step by step, as a chooser chooses.
 *
 * States: built -> stepping -> over: quiescent (nothing is left to happen), violated (a promise is broken), or abandoned (the
 * chooser knows the rest).
 *
 * Invariants: what happens depends on the scenario, its size, the faults and the sites of the core that are allowed, the seed of its platform and what the
 * chooser answers; on nothing else. After it the agent is as before, also where the core left something open.
 */
import { enterDelivery, insideDelivery, leaveDelivery } from "../../../fence/delivery.ts";
import { insideSection, leaveSection } from "../../../signalling/section.ts";
import { enableLockdep, lockdepOf, setLockdepAside } from "../../../signalling/lockdep/lockdep.ts";
import type { Report } from "../../../signalling/lockdep/report.ts";
import type { RuleId } from "../../../signalling/lockdep/rules.ts";
import type { CoreSite } from "../../../faults.ts";
import { realPlatform } from "../../../platform/real.ts";
import type { Violation } from "../judge/verdict.ts";
import { CORE, Footprints } from "./footprint.ts";
import { STOP } from "./lane.ts";
import type { Chooser, Lane, WayKind } from "./lane.ts";
import { InjectedFault } from "./scenario.ts";
import type { FaultSite, Scenario, Size } from "./scenario.ts";
import type { Choice } from "./schedule.ts";
import { World } from "./world.ts";

/** Everything that a run depends on, but for what is chosen. */
export interface Setup {
  readonly scenario: Scenario;
  readonly size: Size;
  /** Where faults may be injected; nowhere if left out. */
  readonly faults?: readonly FaultSite[];
  /** How many of them in one run; 1 if left out. */
  readonly faultBudget?: number;
  /** Which sites of the core are switched on; none if left out. */
  readonly sites?: readonly CoreSite[];
  /** How often they may strike in one run; if left out, each time is one of the faults. */
  readonly strikeBudget?: number;
  /** Of the platform's random numbers; 1 if left out. */
  readonly seed?: number;
  /** Whether microtasks come right after the step that asked for them, and are part of it; false if left out. */
  readonly microtasksFirst?: boolean;
  /** More steps than this are a livelock; 5000 if left out. */
  readonly maxSteps?: number;
  /** Whether the validator watches; true if left out. A fresh one for each run, so that a run is its schedule. */
  readonly validator?: boolean;
}

/** What came of a run. */
export interface RunResult {
  /** Whether it went to its end, or to a violation; false where it was given up. */
  readonly finished: boolean;
  readonly steps: number;
  readonly violations: readonly Violation[];
  readonly choices: readonly Choice[];
  /** The sites of the core that struck, each time. */
  readonly strikes: readonly CoreSite[];
}

/** Hears what happens, if a story is to be told. */
export interface Listener {
  /** A step is about to be taken. */
  step(lane: string, what: string): void;
  /** A way was chosen in it. */
  way(what: string, way: number, count: number): void;
  /** Something came of it. */
  tell(sentence: string): void;
}

const violated = 0;
const quiescent = 1;
const abandoned = 2;
const more = 3;

export class Execution {
  readonly #setup: Setup;
  readonly #chooser: Chooser;
  readonly #listener: Listener | null;
  readonly #footprints = new Footprints();
  readonly #choices: Choice[] = [];
  readonly #enabled: Lane[] = [];
  readonly #world: World;
  readonly #putValidatorBack: () => void;
  #last: Lane | undefined;
  #steps = 0;

  constructor(setup: Setup, chooser: Chooser, listener: Listener | null = null) {
    this.#setup = setup;
    this.#chooser = chooser;
    this.#listener = listener;
    const { faults = [], faultBudget = 1, sites = [], strikeBudget, seed = 1, validator = true } = setup;
    // The program's own would hear of what an abandoned run leaves behind when the collector comes to it.
    this.#putValidatorBack = setLockdepAside();
    if (validator) enableLockdep({ registrationBudget: Infinity });
    this.#world = new World({
      seed,
      faults: new Set(faults),
      faultBudget,
      sites: new Set(sites),
      strikeBudget,
      data: (what, count, kind) => this.#data(what, count, kind),
      touch: (resources) => {
        this.#footprints.touch(resources);
      },
      tell:
        listener === null
          ? null
          : (sentence) => {
              listener.tell(sentence);
            },
    });
  }

  /** Runs to the end, at once. For scenarios without native promises. */
  run(): RunResult {
    return this.#within(() => {
      let state = this.#build();
      while (state === more) state = this.#step();
      return this.#result(state);
    });
  }

  /** Runs to the end, and gives native promises a turn of the event loop after each step. */
  async runWithPromises(): Promise<RunResult> {
    try {
      let state = this.#build();
      while (state === more) {
        await new Promise<void>((resolve) => {
          realPlatform.macrotask(resolve);
        });
        state = this.#step();
      }
      return this.#result(state);
    } finally {
      this.#end();
    }
  }

  #within(body: () => RunResult): RunResult {
    try {
      return body();
    } finally {
      this.#end();
    }
  }

  #build(): number {
    const { scenario, size } = this.#setup;
    try {
      scenario.build(this.#world, size);
    } catch (error) {
      this.#world._notes.broken(0, `building the scenario threw ${text(error)}`);
      return violated;
    }
    return more;
  }

  #step(): number {
    const { scenario, maxSteps = 5000 } = this.#setup;
    const lane = this.#choose();
    if (lane === null) return abandoned;
    if (lane === undefined) {
      this.#world._checkEnd();
      return this.#world._violations.length > 0 ? violated : quiescent;
    }
    if (++this.#steps > maxSteps) {
      this.#world._notes.broken(1, `${scenario.name} is not over after ${maxSteps} steps: a livelock`);
      return violated;
    }
    this.#footprints.begin(this.#world._lanes.indexOf(lane), lane.touches);
    this.#take(lane);
    // They touch the core, as whoever asked for them did.
    const { _microtasks: microtasks } = this.#world.platform;
    if (this.#setup.microtasksFirst === true)
      while (microtasks.enabled() && this.#world._violations.length === 0) this.#take(microtasks);
    this.#footprints.end();
    this.#last = lane;
    return this.#world._violations.length > 0 ? violated : more;
  }

  #take(lane: Lane): void {
    this.#listener?.step(lane.name, lane.describe());
    // Only for steps that are in one order in all runs which count as one: they alone read the clock.
    if ((lane.touches & CORE) !== 0) this.#world.platform._tick();
    try {
      lane.take();
    } catch (error) {
      if (error instanceof InjectedFault) this.#world.tell(`thrown: ${error.message}`);
      else this.#world._notes.broken(0, `${lane.name} threw ${text(error)}`);
    }
    this.#world._check();
    this.#hearValidator();
  }

  /** Undefined where nothing is left to do, null where the chooser gives up. */
  #choose(): Lane | undefined | null {
    const enabled = this.#enabled;
    enabled.length = 0;
    let over = true;
    for (const lane of this.#world._lanes) {
      if (!lane.enabled()) continue;
      enabled.push(lane);
      over &&= lane.optional === true;
    }
    if (over) return undefined;
    const last = this.#last === undefined ? -1 : enabled.indexOf(this.#last);
    const place = this.#chooser.step(enabled, last, this.#footprints);
    if (place === STOP) return null;
    const lane = enabled[place]!;
    this.#choices.push({ kind: "step", place, count: enabled.length, name: lane.name });
    return lane;
  }

  #data(what: string, count: number, kind: WayKind): number {
    const place = this.#chooser.data(what, count, kind);
    this.#choices.push({ kind: "way", place, count, name: what });
    if (kind === "way") this.#footprints.chose(place);
    else this.#footprints.mightHave(place);
    this.#listener?.way(what, place, count);
    return place;
  }

  // What the collector finds depends on when it comes, and a listener that is made to throw is no finding.
  #hearValidator(): void {
    const lockdep = lockdepOf();
    if (lockdep === null || lockdep.reports.length === 0) return;
    for (const report of lockdep.takeReports()) {
      if (foundByCollector.has(report.rule)) continue;
      if (report.cause instanceof InjectedFault) continue;
      this.#world._notes.broken(promiseOf(report), `the validator reports ${report.rule}: ${report.message}`);
    }
  }

  #result(state: number): RunResult {
    return {
      finished: state !== abandoned,
      steps: this.#steps,
      violations: this.#world._violations,
      choices: this.#choices,
      strikes: this.#world._strikes,
    };
  }

  // A broken core may leave something open: the next run is not to suffer for it.
  #end(): void {
    this.#world._end();
    this.#putValidatorBack();
    for (let depth = 0; depth < 100 && insideSection(); depth++) leaveSection();
    for (let depth = 0; depth < 100 && insideDelivery(); depth++) {
      try {
        leaveDelivery();
      } catch {
        enterDelivery();
        leaveDelivery();
      }
    }
  }
}

const foundByCollector: ReadonlySet<RuleId> = new Set([
  "leak-driver-fence",
  "leak-job",
  "leak-queue",
  "leak-device",
  "leak-registration",
]);

function promiseOf({ rule }: Report): number {
  if (rule === "fence-cycle") return 11;
  return rule.startsWith("section-") ? 7 : 6;
}

function text(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
