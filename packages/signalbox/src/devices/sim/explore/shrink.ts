/**
 * Shrinking: from a failing run to a short one that breaks the same promise.
 *
 * First by size: the scenario's dimensions are made as small as the failure survives, each tried with few preemptions first, then by
 * chance. Then choice by choice: pieces of the schedule are left out as long as what is left, followed loosely, still fails
 * (delta debugging). What comes out is followed once more, and written down to the letter.
 */
import type { Violation } from "../judge/verdict.ts";
import { Exhaustive } from "../strategies/exhaustive.ts";
import { FollowLoosely } from "../strategies/follow.ts";
import { RandomWalk } from "../strategies/random.ts";
import type { RunResult, Setup } from "./execution.ts";
import type { Chooser } from "./lane.ts";
import { runOnce } from "./run.ts";
import type { Scenario, Size } from "./scenario.ts";
import type { Choice } from "./schedule.ts";

/** A run that failed. */
export interface Failure {
  readonly setup: Setup;
  readonly choices: readonly Choice[];
  readonly violation: Violation;
}

/** How many runs a search for a smaller failure may take with each way to search. */
const SEARCH = 2000;

/** How many steps all of it may take. */
const STEPS = 200_000;

/** Makes a failure short. Answers the same one where nothing smaller fails. */
export function shrink(failure: Failure): Promise<Failure> {
  return new Shrinker(failure).shrink();
}

class Shrinker {
  #smallest: Failure;
  #left = STEPS;

  constructor(failure: Failure) {
    this.#smallest = failure;
  }

  async shrink(): Promise<Failure> {
    const { setup } = this.#smallest;
    await this.#searchSizes(setup);
    await this.#search(this.#smallest.setup, cost(this.#smallest.choices));
    await this.#leaveOut();
    return this.#smallest;
  }

  async #searchSizes(setup: Setup): Promise<void> {
    for (const size of smallerSizes(setup.scenario, setup.size))
      for (const plainer of withFewerSites({ ...setup, size })) if (await this.#search(plainer, Infinity)) return;
  }

  /** Whether a run of this setup fails, and costs less than that. */
  async #search(setup: Setup, most: number): Promise<boolean> {
    for (const preemptions of [0, 1, 2]) {
      const chooser = new Exhaustive({ preemptions });
      for (let run = 0; run < SEARCH && chooser.next(); run++) if (await this.#try(setup, chooser, most)) return true;
    }
    for (let run = 0; run < SEARCH; run++) if (await this.#try(setup, new RandomWalk(run), most)) return true;
    return false;
  }

  async #leaveOut(): Promise<void> {
    for (let piece = this.#smallest.choices.length; piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
      for (let at = 0; at < this.#smallest.choices.length;) {
        const { setup, choices } = this.#smallest;
        const left = [...choices.slice(0, at), ...choices.slice(at + piece)];
        if (!(await this.#try(setup, new FollowLoosely(left), cost(choices)))) at += piece;
      }
    }
  }

  async #try(setup: Setup, chooser: Chooser, most: number): Promise<boolean> {
    if (this.#left <= 0) return false;
    const running = runOnce(setup, chooser);
    const { violations, choices, steps }: RunResult = running instanceof Promise ? await running : running;
    this.#left -= steps;
    const violation = violations.find(({ promise }) => promise === this.#smallest.violation.promise);
    if (violation === undefined || cost(choices) >= most) return false;
    this.#smallest = { setup, choices, violation };
    return true;
  }
}

/** The smallest first. */
function* smallerSizes(scenario: Scenario, size: Size): Generator<Size> {
  const names = Object.keys(size);
  const least = Object.fromEntries(names.map((name) => [name, Math.min(size[name]!, scenario.size[name]!.least)]));
  const small = Object.fromEntries(names.map((name) => [name, Math.min(size[name]!, scenario.size[name]!.small)]));
  const sum = (of: Size): number => Object.values(of).reduce((total, each) => total + each, 0);
  if (sum(least) < sum(size)) yield least;
  for (const name of names)
    if (sum({ ...small, [name]: least[name]! }) < sum(size)) yield { ...small, [name]: least[name]! };
  if (sum(small) < sum(size)) yield small;
}

/** Without the core's sites, where there are some; then with one strike at the most. */
function* withFewerSites(setup: Setup): Generator<Setup> {
  const { sites = [], strikeBudget = 1, ...rest } = setup;
  if (sites.length > 0) yield rest;
  yield sites.length > 0 && strikeBudget > 1 ? { ...setup, strikeBudget: 1 } : setup;
}

/** Steps first; then changes of lane; then ways that aren't the first. */
function cost(choices: readonly Choice[]): number {
  const lanes = choices.filter(({ kind }) => kind === "step");
  const changes = lanes.filter(({ name }, index) => index > 0 && lanes[index - 1]!.name !== name);
  const ways = choices.filter(({ kind, place }) => kind === "way" && place > 0);
  return 1000 * lanes.length + 20 * ways.length + changes.length;
}
