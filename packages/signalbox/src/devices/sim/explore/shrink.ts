/**
 * Shrinking: from a failing run to a short one that breaks the same promise, in a small form of the scenario.
 *
 * The stages, each with steps of its own that it may take, so that none leaves the next without:
 * 1. The recipe: sites and faults that never struck are left out, then each of the others that the failure survives.
 * 2. The choices: pieces of the schedule are left out as long as what is left, followed loosely, still fails (delta debugging).
 * 3. The size: smaller forms of the scenario, the smallest first, each with the choices that are left and then by searching, with few
 *    preemptions first and then by chance.
 * 4. In the size that came out, a search for a shorter run; then the choices and the recipe again.
 *
 * Invariant: the smallest failure is always one that was run, with its choices as they were made: it can be followed to the letter.
 */
import type { Violation } from "../judge/verdict.ts";
import { Exhaustive } from "../strategies/exhaustive.ts";
import { FollowLoosely } from "../strategies/follow.ts";
import { RandomWalk } from "../strategies/random.ts";
import type { RunResult, Setup } from "./execution.ts";
import type { Chooser } from "./lane.ts";
import { leftOut, tight, unused, without, withoutSites } from "./plainer.ts";
import { runOnce } from "./run.ts";
import { sizesBelow, smallerSizes } from "./smaller-sizes.ts";
import type { Choice } from "./schedule.ts";

/** A run that failed. */
export interface Failure {
  readonly setup: Setup;
  readonly choices: readonly Choice[];
  readonly violation: Violation;
}

/** How many steps a stage may take. Together they are a few seconds. */
const STEPS = { recipe: 10_000, choices: 60_000, sizes: 120_000, shorter: 40_000 };

/** How many runs a search may take with each way to search. */
const SEARCH = 2000;

/** With as many preemptions a search goes through all schedules, before it goes by chance. */
const PREEMPTIONS = [0, 1, 2];

/** What a stage has left, in steps. */
interface Budget {
  left: number;
}

/** Makes a failure short. Answers the same one where nothing smaller fails. */
export function shrink(failure: Failure): Promise<Failure> {
  return new Shrinker(failure).shrink();
}

class Shrinker {
  #smallest: Failure;

  constructor(failure: Failure) {
    this.#smallest = failure;
  }

  async shrink(): Promise<Failure> {
    await this.#plainRecipe({ left: STEPS.recipe });
    await this.#fewerChoices({ left: STEPS.choices });
    await this.#smallerSize({ left: STEPS.sizes });
    await this.#shorterRun(this.#smallest.setup, this.#cost(), { left: STEPS.shorter });
    await this.#fewerChoices({ left: STEPS.choices });
    await this.#plainRecipe({ left: STEPS.recipe });
    return this.#smallest;
  }

  /** Fewer sites and faults, and no more of either in a run than there are. */
  async #plainRecipe(budget: Budget): Promise<void> {
    const leave = async (names: readonly string[]): Promise<boolean> => {
      const { setup, choices } = without(this.#smallest, names);
      return names.length > 0 && (await this.#follow(setup, choices, this.#cost() + 1, budget));
    };
    await leave(unused(this.#smallest));
    const { sites = [], faults = [] } = this.#smallest.setup;
    for (const name of [...sites, ...faults]) await leave([name]);
    await this.#follow(tight(this.#smallest), this.#smallest.choices, this.#cost() + 1, budget);
  }

  /** Delta debugging: large pieces first, and single ones for as long as that helps. */
  async #fewerChoices(budget: Budget): Promise<void> {
    for (let piece = this.#smallest.choices.length; piece >= 1 && budget.left > 0;) {
      let shorter = false;
      for (let at = 0; budget.left > 0;) {
        const left = leftOut(this.#smallest.choices, at, piece);
        if (left === undefined) break;
        if (await this.#follow(this.#smallest.setup, left, this.#cost(), budget)) shorter = true;
        else at += piece;
      }
      if (piece > 1) piece = Math.ceil(piece / 2);
      else if (!shorter) return;
    }
  }

  async #smallerSize(budget: Budget): Promise<void> {
    const { setup } = this.#smallest;
    const sizes = smallerSizes(setup.scenario, setup.size);
    // The same choices cost one run for each size: whatever fails with them needs no search, nor does anything above it.
    const followed = await this.#first(sizes, (size) => this.#followIn(size, budget));
    const below = followed < 0 ? sizes : sizes.slice(0, followed);
    await this.#first(below, async (size, index) => {
      const share: Budget = { left: Math.floor(budget.left / (below.length - index)) };
      budget.left -= share.left;
      const found = await this.#shorterRun({ ...setup, size }, Infinity, share);
      budget.left += share.left;
      return found;
    });
    for (let smaller = true; smaller;) {
      const { scenario, size } = this.#smallest.setup;
      smaller = (await this.#first(sizesBelow(scenario, size), (each) => this.#followIn(each, budget))) >= 0;
    }
  }

  #followIn(size: Setup["size"], budget: Budget): Promise<boolean> {
    const { setup, choices } = this.#smallest;
    return this.#follow({ ...setup, size }, choices, Infinity, budget);
  }

  /** The place of the first that holds; -1 for none. */
  async #first<Each>(all: readonly Each[], holds: (each: Each, index: number) => Promise<boolean>): Promise<number> {
    for (const [index, each] of all.entries()) if (await holds(each, index)) return index;
    return -1;
  }

  /** Whether a search finds a run of this setup that fails and costs less than that: without the core's sites first, where there are some. */
  async #shorterRun(setup: Setup, most: number, budget: Budget): Promise<boolean> {
    const setups = (setup.sites ?? []).length > 0 ? [withoutSites(setup), setup] : [setup];
    const ways = setups.length * (PREEMPTIONS.length + 1);
    let way = 0;
    const search = async (one: Setup, next: (run: number) => Chooser | undefined): Promise<boolean> => {
      const share: Budget = { left: Math.floor(budget.left / (ways - way++)) };
      budget.left -= share.left;
      let found = false;
      for (let run = 0; run < SEARCH && share.left > 0 && !found; run++) {
        const chooser = next(run);
        if (chooser === undefined) break;
        found = await this.#try(one, chooser, most, share);
      }
      budget.left += share.left;
      return found;
    };
    for (const one of setups) {
      for (const preemptions of PREEMPTIONS) {
        const chooser = new Exhaustive({ preemptions });
        if (await search(one, () => (chooser.next() ? chooser : undefined))) return true;
      }
      if (await search(one, (run) => new RandomWalk(run))) return true;
    }
    return false;
  }

  #follow(setup: Setup, choices: readonly Choice[], most: number, budget: Budget): Promise<boolean> {
    return this.#try(setup, new FollowLoosely(choices), most, budget);
  }

  /** One run: whether it fails and costs less than that, and so is the smallest from now on. */
  async #try(setup: Setup, chooser: Chooser, most: number, budget: Budget): Promise<boolean> {
    if (budget.left <= 0) return false;
    const running = runOnce(setup, chooser);
    const { violations, choices, steps }: RunResult = running instanceof Promise ? await running : running;
    budget.left -= Math.max(1, steps);
    const violation = violations.find(({ promise }) => promise === this.#smallest.violation.promise);
    if (violation === undefined || cost(choices) >= most) return false;
    this.#smallest = { setup, choices, violation };
    return true;
  }

  #cost(): number {
    return cost(this.#smallest.choices);
  }
}

/** Steps first; then changes of lane; then ways that aren't the first. */
function cost(choices: readonly Choice[]): number {
  const lanes = choices.filter(({ kind }) => kind === "step");
  const changes = lanes.filter(({ name }, index) => index > 0 && lanes[index - 1]!.name !== name);
  const ways = choices.filter(({ kind, place }) => kind === "way" && place > 0);
  return 1000 * lanes.length + 20 * ways.length + changes.length;
}
