/**
 * Exploration: many runs of one scenario, until one breaks a promise, all are done, or there were enough.
 *
 * First every schedule of the small scenario, by how far it deviates from the plainest: with none, then with one preemption or one
 * fault, then with two preemptions or one of each, and so on. A fault is one at the core's borders, or a site of the core that strikes.
 * Then the large scenario by chance, half of the runs as a random walk and half by priorities (PCT), every second one with faults,
 * and three of five with some of the core's sites switched on.
 */
import { coreSites } from "../../../faults.ts";
import type { CoreSite } from "../../../faults.ts";
import { seededRandom } from "../../../platform/random.ts";
import { realPlatform } from "../../../platform/real.ts";
import { Exhaustive } from "../strategies/exhaustive.ts";
import type { RunResult, Setup } from "./execution.ts";
import type { Chooser } from "./lane.ts";
import { chooserOf, runOnce, scheduleOf } from "./run.ts";
import type { Scenario, Size } from "./scenario.ts";
import type { How, Schedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import type { Failure } from "./shrink.ts";

/** How to explore. */
export interface ExploreOptions {
  /** How many schedules at the most; 10 000 if left out. */
  readonly schedules?: number;
  /** What all chance comes from; 1 if left out. */
  readonly seed?: number;
  /** How many preemptions a schedule of the exhaustive phases may have at the most; 2 if left out. */
  readonly preemptions?: number;
  /** Which sites of the core may be switched on; all if left out. */
  readonly sites?: readonly CoreSite[];
  /** Called before each run with all that is needed to do it again, so that it can be kept before it fails. */
  readonly beforeRun?: (schedule: () => Schedule) => void;
  /** Called about ten times a second. */
  readonly onProgress?: (figures: Figures) => void;
}

/** What an exploration has come to. */
export interface Figures {
  readonly scenario: string;
  readonly phase: Phase;
  /** Runs, given up ones included. */
  readonly schedules: number;
  readonly steps: number;
  /** Different states that the exhaustive phases went into. */
  readonly states: number;
  /** Runs that were given up, since their state was known. */
  readonly pruned: number;
  /** How often each site of the core struck. */
  readonly strikes: Readonly<Record<CoreSite, number>>;
  /** In real ms. */
  readonly time: number;
}

/** Which way of exploring is on. */
export type Phase = "exhaustive" | "exhaustive with faults" | "random";

/** What came of an exploration. */
export interface Exploration extends Figures {
  /** Every schedule of the small scenario with up to so many preemptions was run; -1 if not even those without any. */
  readonly complete: number;
  /** The same for schedules with up to one fault, at the core's borders or at one of its sites. Microtasks come first in these. */
  readonly completeWithFaults: number;
  /** What failed first, as it was and made short; undefined if nothing did. */
  readonly found?: { readonly first: Schedule; readonly short: Schedule; readonly violation: Failure["violation"] };
}

/** How many turns a long exploration gives the event loop: one in so many ms. */
const BREATH = 50;

/** PCT's change points, in turn. */
const DEPTHS = [2, 3, 4, 6];

/** Which part of the schedules may go into exhaustive levels: those with up to one deviation, and all of them. */
const FIRST_LEVELS = 4 / 5;
const ALL_LEVELS = 5 / 6;

/** By chance, the sites that are switched on strike as often as chance has it. */
const STRIKES = 1000;

/**
 * Explores a scenario.
 *
 * @example
 * ```ts
 * const { found, schedules } = await explore(myScenario, { schedules: 50_000, seed: 7 });
 * if (found !== undefined) await writeFile("failure.json", writeSchedule(found.short));
 * ```
 */
export function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Exploration> {
  return new Explorer(scenario, options).explore();
}

/** The numbers of a scenario's dimensions. */
export function sizeOf(scenario: Scenario, extent: "small" | "large" | "least"): Size {
  return Object.fromEntries(Object.entries(scenario.size).map(([name, each]) => [name, each[extent]]));
}

class Explorer {
  readonly #scenario: Scenario;
  readonly #options: ExploreOptions;
  readonly #start = realPlatform.now();
  #phase: Phase = "exhaustive";
  #schedules = 0;
  #steps = 0;
  #states = 0;
  #pruned = 0;
  readonly #strikes = noStrikes();
  #breath: number;
  #failure: Failure | undefined;

  constructor(scenario: Scenario, options: ExploreOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#breath = this.#start;
  }

  async explore(): Promise<Exploration> {
    const { schedules = 10_000 } = this.#options;
    const levels = this.#scenario.byChance === true ? [-1, -1] : await this.#deepen(schedules);
    await this.#wander(schedules - this.#schedules);
    const [complete, completeWithFaults] = levels as [number, number];
    return { ...this.#figures(), complete, completeWithFaults, ...(await this.#found()) };
  }

  /**
   * With more and more deviations, until the schedules are spent. Answers with how many preemptions all were run, without a fault and
   * with one; -1 for none. With as many deviations, a fault goes first.
   */
  async #deepen(schedules: number): Promise<[number, number]> {
    const { preemptions: most = 2 } = this.#options;
    const complete: [number, number] = [-1, -1];
    for (let deviations = 0; deviations <= most + 1; deviations++) {
      const end = Math.ceil(schedules * (deviations < 2 ? FIRST_LEVELS : ALL_LEVELS));
      for (const faults of [1, 0] as const) {
        const preemptions = deviations - faults;
        // What comes after a level that was not done is not complete either.
        if (preemptions > most || preemptions !== complete[faults] + 1) continue;
        if (await this.#exhaust(faults, preemptions, end)) complete[faults] = preemptions;
      }
    }
    return complete;
  }

  async #exhaust(faulty: 0 | 1, preemptions: number, end: number): Promise<boolean> {
    this.#phase = faulty === 0 ? "exhaustive" : "exhaustive with faults";
    const { faults, microtasksFirst = false } = this.#scenario;
    const { sites = coreSites } = this.#options;
    const small = { scenario: this.#scenario, size: sizeOf(this.#scenario, "small") };
    const setup: Setup =
      faulty === 0 ? { ...small, microtasksFirst } : { ...small, microtasksFirst: true, faults, sites };
    const chooser = new Exhaustive({ preemptions });
    const [states, pruned] = [this.#states, this.#pruned];
    while (chooser.next()) {
      if (this.#schedules >= end || this.#failure !== undefined) return false;
      await this.#run(setup, chooser, () => ({ kind: "choices", choices: chooser.prefix }));
      this.#states = Math.max(this.#states, states + chooser.states);
      this.#pruned = pruned + chooser.pruned;
    }
    return this.#failure === undefined;
  }

  async #wander(schedules: number): Promise<void> {
    this.#phase = "random";
    const { faults } = this.#scenario;
    const { sites = coreSites } = this.#options;
    const size = sizeOf(this.#scenario, "large");
    let length = 20;
    for (let run = 0; run < schedules && this.#failure === undefined; run++) {
      const seed = ((this.#options.seed ?? 1) * 0x9e3779b1 + run) >>> 0;
      const faulty = faults.length > 0 && run % 4 >= 2;
      const setup: Setup = {
        scenario: this.#scenario,
        size,
        seed,
        ...(faulty ? { faults, faultBudget: 1 + (run % 3) } : {}),
        ...(run % 5 >= 2 ? { sites: someOf(sites, seed), strikeBudget: STRIKES } : {}),
      };
      const how: How =
        run % 2 === 0
          ? { kind: "random", seed }
          : { kind: "pct", seed, depth: DEPTHS[(run >> 2) % DEPTHS.length]!, length };
      const before = this.#steps;
      await this.#run(setup, chooserOf(how), () => how);
      length = Math.max(length, this.#steps - before);
    }
  }

  async #run(setup: Setup, chooser: Chooser, how: () => How): Promise<void> {
    this.#options.beforeRun?.(() => scheduleOf(setup, how()));
    const running = runOnce(setup, chooser);
    const result: RunResult = running instanceof Promise ? await running : running;
    this.#schedules++;
    this.#steps += result.steps;
    for (const site of result.strikes) this.#strikes[site]++;
    const [violation] = result.violations;
    if (violation !== undefined) this.#failure = { setup, choices: result.choices, violation };
    if (realPlatform.now() - this.#breath >= BREATH) await this.#breathe();
  }

  async #breathe(): Promise<void> {
    this.#options.onProgress?.(this.#figures());
    await new Promise<void>((resolve) => {
      realPlatform.macrotask(resolve);
    });
    this.#breath = realPlatform.now();
  }

  #figures(): Figures {
    return {
      scenario: this.#scenario.name,
      phase: this.#phase,
      schedules: this.#schedules,
      steps: this.#steps,
      states: this.#states,
      pruned: this.#pruned,
      strikes: { ...this.#strikes },
      time: realPlatform.now() - this.#start,
    };
  }

  async #found(): Promise<Pick<Exploration, "found">> {
    if (this.#failure === undefined) return {};
    const short = await shrink(this.#failure);
    const asSchedule = ({ setup, choices, violation }: Failure): Schedule => ({
      ...scheduleOf(setup, { kind: "choices", choices }),
      violation,
    });
    return { found: { first: asSchedule(this.#failure), short: asSchedule(short), violation: short.violation } };
  }
}

/** A swarm: which sites are switched on is chance as well, so that none is always in the way of another. */
function someOf(sites: readonly CoreSite[], seed: number): readonly CoreSite[] {
  const random = seededRandom(seed ^ 0x51735);
  return sites.filter(() => random() < 0.5);
}

function noStrikes(): Record<CoreSite, number> {
  return Object.fromEntries(coreSites.map((site) => [site, 0])) as Record<CoreSite, number>;
}
