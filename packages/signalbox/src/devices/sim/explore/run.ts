/** Single runs: of a setup with a chooser, and of a schedule. */
import { SignalboxError } from "../../../errors.ts";
import { Follow } from "../strategies/follow.ts";
import { Pct } from "../strategies/pct.ts";
import { RandomWalk } from "../strategies/random.ts";
import { Execution } from "./execution.ts";
import type { Listener, RunResult, Setup } from "./execution.ts";
import type { Chooser } from "./lane.ts";
import type { Scenario } from "./scenario.ts";
import type { How, Schedule } from "./schedule.ts";
import { checkRecipe } from "./schedule-check.ts";

/** One run. At once, but for scenarios with native promises. */
export function runOnce(
  setup: Setup,
  chooser: Chooser,
  listener: Listener | null = null,
): RunResult | Promise<RunResult> {
  const execution = new Execution(setup, chooser, listener);
  return setup.scenario.promises === true ? execution.runWithPromises() : execution.run();
}

/** What chooses as this says. */
export function chooserOf(how: How): Chooser {
  switch (how.kind) {
    case "choices":
      return new Follow(how.choices);
    case "random":
      return new RandomWalk(how.seed);
    case "pct":
      return new Pct(how.seed, how.depth, how.length);
  }
}

/** What a schedule is a run of. Throws EINVAL for another scenario, one of other dimensions, and what makes no sense. */
export function setupOf(scenario: Scenario, schedule: Schedule): Setup {
  // It need not have come from a file.
  checkRecipe(schedule);
  const { size, faults, faultBudget, sites = [], strikeBudget, seed, microtasksFirst = false } = schedule;
  const dimensions = (of: object): string => Object.keys(of).sort().join(", ");
  if (scenario.name !== schedule.scenario || dimensions(size) !== dimensions(scenario.size))
    throw new SignalboxError(
      "EINVAL",
      `This is a schedule of "${schedule.scenario}" (${dimensions(size)}), not of "${scenario.name}" (${dimensions(scenario.size)})`,
    );
  const strikes = strikeBudget === undefined ? {} : { strikeBudget };
  return { scenario, size, faults, faultBudget, sites, ...strikes, seed, microtasksFirst };
}

/** A run as a schedule. */
export function scheduleOf(setup: Setup, how: How): Schedule {
  const { scenario, size, faults = [], faultBudget = 1, seed = 1, microtasksFirst = false } = setup;
  const { sites = [], strikeBudget } = setup;
  return {
    format: "signalbox-schedule/1",
    scenario: scenario.name,
    size,
    faults,
    faultBudget,
    ...(sites.length > 0 ? { sites } : {}),
    ...(strikeBudget === undefined ? {} : { strikeBudget }),
    seed,
    ...(microtasksFirst ? { microtasksFirst } : {}),
    how,
  };
}
