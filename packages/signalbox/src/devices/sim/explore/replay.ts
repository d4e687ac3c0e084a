/** Replays: a schedule run again, and told. */
import { chooserOf, runOnce, setupOf } from "./run.ts";
import type { RunResult } from "./execution.ts";
import type { Scenario } from "./scenario.ts";
import { scheduleOf } from "./run.ts";
import type { Schedule } from "./schedule.ts";
import { Story } from "./story.ts";

/** What came of a replay. */
export interface Replay {
  readonly result: RunResult;
  /** The same run with every choice written down, whatever the schedule was. */
  readonly schedule: Schedule;
}

/**
 * Runs a schedule again; with `print`, tells the story, each sentence before its step is taken.
 *
 * Throws EINVAL for a schedule of another scenario, and where the program is not the one that the schedule was taken of.
 */
export async function replay(scenario: Scenario, schedule: Schedule, print?: (line: string) => void): Promise<Replay> {
  const setup = setupOf(scenario, schedule);
  const result = await runOnce(setup, chooserOf(schedule.how), print === undefined ? null : new Story(print));
  const [violation] = result.violations;
  const complete = scheduleOf(setup, { kind: "choices", choices: result.choices });
  return { result, schedule: violation === undefined ? complete : { ...complete, violation } };
}
