/**
 * Exploration: many runs of one scenario, until one breaks a promise, all are done, or there were enough.
 *
 * Phases, in this order: every schedule of the small scenario without a preemption, with one, and so on to the bound, without faults;
 * the same with up to one fault in each run; then the large scenario by chance, half of the runs as a random walk and half by priorities (PCT), every second
 * one with faults. Each phase has its share of the runs, at the most a half, a quarter and the rest, and leaves what it doesn't need to the next.
 */
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
  /** In real ms. */
  readonly time: number;
}

/** Which way of exploring is on. */
export type Phase = "exhaustive" | "exhaustive with faults" | "random";

/** What came of an exploration. */
export interface Exploration extends Figures {
  /** Every schedule of the small scenario with up to so many preemptions was run; -1 if not even those without any. */
  readonly complete: number;
  /** The same for schedules with up to one fault. */
  readonly completeWithFaults: number;
  /** What failed first, as it was and made short; undefined if nothing did. */
  readonly found?: { readonly first: Schedule; readonly short: Schedule; readonly violation: Failure["violation"] };
}

/** How many turns a long exploration gives the event loop: one in so many ms. */
const BREATH = 50;

/** PCT's change points, in turn. */
const DEPTHS = [2, 3, 4, 6];

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
  #breath: number;
  #failure: Failure | undefined;

  constructor(scenario: Scenario, options: ExploreOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#breath = this.#start;
  }

  async explore(): Promise<Exploration> {
    const { schedules = 10_000 } = this.#options;
    const { faults, byChance = false, microtasksFirst = false } = this.#scenario;
    const small: Setup = { scenario: this.#scenario, size: sizeOf(this.#scenario, "small"), microtasksFirst };
    const complete = byChance ? -1 : await this.#deepen("exhaustive", small, Math.ceil(schedules / 2));
    const faulty =
      faults.length === 0 || byChance
        ? complete
        : await this.#deepen("exhaustive with faults", { ...small, faults }, Math.ceil(schedules / 4));
    await this.#wander(schedules - this.#schedules);
    return { ...this.#figures(), complete, completeWithFaults: faulty, ...(await this.#found()) };
  }

  /** With more and more preemptions, until the schedules are spent; answers with how many all were run. */
  async #deepen(phase: Phase, setup: Setup, schedules: number): Promise<number> {
    const { preemptions = 2 } = this.#options;
    const end = this.#schedules + schedules;
    let complete = -1;
    while (complete < preemptions && (await this.#exhaust(phase, setup, complete + 1, end))) complete++;
    return complete;
  }

  async #exhaust(phase: Phase, setup: Setup, preemptions: number, end: number): Promise<boolean> {
    this.#phase = phase;
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
